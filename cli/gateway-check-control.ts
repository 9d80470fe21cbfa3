import type { Broker } from "#ingest/broker.ts";
import type { Store } from "#store/connect.ts";
import type { ControlVerbs } from "./control.ts";
import type { TellFrames } from "./gateway-check/tell-frames.ts";

/** What the running process does for `coldmark gateway-check`; its code is loaded when it is asked for. */
export function gatewayVerbs(store: Store, broker: Broker | null): ControlVerbs {
  let tellFrames: TellFrames | null = null;
  return {
    "gateway keys": async (input) => {
      const { tellKeys } = await import("./gateway-check/enrolled-keys.ts");
      return tellKeys(store, input);
    },
    "gateway frames": async (input) => {
      const { openTellFrames } = await import("./gateway-check/tell-frames.ts");
      tellFrames ??= openTellFrames(broker);
      return tellFrames(input);
    },
  };
}
