/** One gateway of the network over its life: memory first, then live, with cut lines and restarts. */
import type { GatewayDevice } from "./devices.ts";
import { type Gateway, startGateway } from "./gateway.ts";
import type { Mishap } from "./habits.ts";
import { pause } from "./pause.ts";
import { heldSource, probeSource } from "./reading-source.ts";
import type { ReceiptKey } from "./receipt.ts";

/** What gateways are installed with. */
export interface StationSettings {
  readonly mqttUrl: string;
  readonly receiptKeys: readonly ReceiptKey[];
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** A gateway that is installed. */
export interface Station {
  /** Resolves once all it remembered at its start is receipted, as far as its line carried it; stop() resolves it too. */
  readonly caughtUp: Promise<void>;
  /** A line that was cut is there again, if it ever is: `backMs` after this call. */
  casesAreReady(): Promise<void>;
  /** Goes through one mishap after the other, by their number from 1, until there is none or the signal. */
  live(mishap: (n: number) => Mishap | null): Promise<void>;
  stop(): Promise<void>;
}

/** A day of four probes is some twenty messages. */
const readingsPerMessage = 240;

/** Installs a gateway: it connects, sends what it remembers and goes on live. */
export function startStation(device: GatewayDevice, settings: StationSettings): Station {
  const startedAt = Date.now();
  const cut = typeof device.line === "object" ? device.line : null;
  const source = heldSource(probeSource(device, startedAt), cut?.from ?? Number.POSITIVE_INFINITY);
  const clock = (): number => deviceTime(device, startedAt, Date.now());
  const start = (boot: number): Gateway => {
    const { id, key, password } = device;
    const { mqttUrl, receiptKeys, say } = settings;
    const installed = {
      id,
      key,
      password,
      mqttUrl,
      receiptKeys,
      source,
      clock,
      boot,
      readingsPerMessage,
      say,
    };
    return startGateway({ ...installed, lanes: "live" });
  };
  let gateway = start(bootAt(startedAt));
  const catchUp = async (): Promise<void> => {
    await gateway.drained(cut?.from ?? startedAt);
    if (cut !== null) gateway.unplug();
  };
  const caughtUp = catchUp();
  return {
    caughtUp,
    async casesAreReady() {
      if (cut === null || cut.backMs === null) return;
      await Promise.all([caughtUp, pause(cut.backMs, settings.signal)]);
      source.release();
      gateway.plugIn();
    },
    async live(mishapAt) {
      for (let n = 1; ; n += 1) {
        const mishap = cut === null ? mishapAt(n) : null;
        if (mishap === null) return;
        await pause(mishap.afterMs, settings.signal);
        if (mishap.lastsMs === 0) gateway = await restart(gateway, start, settings.signal);
        else await outage(gateway, mishap.lastsMs, settings.signal);
      }
    },
    stop: () => gateway.stop(),
  };
}

/** What a gateway's own clock says at a time, a while after its start; whole ms, as firmware counts. */
export function deviceTime(
  { clockOffsetMs, slowPpm }: Pick<GatewayDevice, "clockOffsetMs" | "slowPpm">,
  startedAt: number,
  now: number,
): number {
  return now + clockOffsetMs - Math.round(((now - startedAt) * slowPpm) / 1_000_000);
}

/** A boot number grows with each start, as a counter in flash would. */
function bootAt(ms: number): number {
  return Math.floor(ms / 1000);
}

/** The new boot counts from 1; nothing of the old one may wait, so it restarts between two messages. */
async function restart(
  gateway: Gateway,
  start: (boot: number) => Gateway,
  signal: AbortSignal,
): Promise<Gateway> {
  await gateway.drained(Date.now() - 1);
  await gateway.stop();
  signal.throwIfAborted();
  return start(Math.max(gateway.boot + 1, bootAt(Date.now())));
}

async function outage(gateway: Gateway, lastsMs: number, signal: AbortSignal): Promise<void> {
  gateway.unplug();
  await pause(lastsMs, signal);
  gateway.plugIn();
}
