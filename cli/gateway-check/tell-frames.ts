import { AppError } from "#domain/errors.ts";
import { toBase64 } from "#domain/log/bytes.ts";
import type { Broker } from "#ingest/broker.ts";
import type { Frame } from "#ingest/gateway-frames.ts";

/** What passed since the last question, in order; payloads in base64. */
export interface FramesHeard {
  readonly frames: readonly (Omit<Frame, "payload"> & { readonly payload: string })[];
}

/** Answers one question of a watcher in another process, which is its `input`. */
export type TellFrames = (input: unknown) => Promise<FramesHeard>;

interface Watch {
  /** What passed since it was last taken. */
  take(): Frame[];
  end(): void;
  timer?: NodeJS.Timeout;
}

/** A watcher that asks nothing for so long is gone. */
const goneAfterMs = 60_000;
const keptBytesMax = 16 * 1024 * 1024;
const frameBytes = 200;
const watchesMax = 8;

/**
 * What the running process does for `coldmark gateway-check` where the broker is inside: it tells what passed of one gateway since
 * the watcher last asked. A watch begins with its first question, and ends when no more come.
 */
export function openTellFrames(broker: Broker | null): TellFrames {
  const watches = new Map<string, Watch>();
  const begin = async (name: string, gateway: string): Promise<Watch> => {
    if (broker?.watch == null) throw new AppError("NOT_SUPPORTED", whereElse(broker));
    if (watches.size >= watchesMax) throw new AppError("TOO_MANY", `${watchesMax} watch already`);
    const watch = await openWatch(broker.watch, gateway);
    watches.set(name, watch);
    return watch;
  };
  return async (input) => {
    const { watch: id, gateway } = input as { watch: string; gateway: string };
    const name = `${id} ${gateway}`;
    const watch = watches.get(name) ?? (await begin(name, gateway));
    clearTimeout(watch.timer);
    watch.timer = setTimeout(() => {
      watch.end();
      watches.delete(name);
    }, goneAfterMs).unref();
    return { frames: watch.take().map((frame) => ({ ...frame, payload: toBase64(frame.payload) })) };
  };
}

async function openWatch(watch: NonNullable<Broker["watch"]>, gateway: string): Promise<Watch> {
  let frames: Frame[] = [];
  let bytes = 0;
  const end = await watch(gateway, (frame) => {
    bytes += frameBytes + frame.payload.length;
    if (bytes <= keptBytesMax) frames.push(frame);
  });
  return {
    end,
    take: () => {
      if (bytes > keptBytesMax) throw new AppError("TOO_LARGE", "more passed than a watch keeps");
      const taken = frames;
      [frames, bytes] = [[], 0];
      return taken;
    },
  };
}

function whereElse(broker: Broker | null): string {
  return broker === null
    ? "the running process takes no readings: set MQTT_URL as it is set where they are taken"
    : `the running process uses an outside broker: name it with --mqtt (${broker.url})`;
}
