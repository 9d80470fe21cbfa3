/** Runs the demo network against a server, from outside: 24 h of back-fill over MQTT, partners' captures, then live. */
import { type Gateway, startGateway } from "./gateway.ts";
import type { DemoNetwork } from "./network.ts";
import { postCaptures } from "./partners.ts";
import { probeSource } from "./reading-source.ts";
import type { ReceiptKey } from "./receipt.ts";
import type { DemoCase } from "./shipments.ts";

const readingsPerMessage = 60;
const liveIntervalMs = 60_000;

/** Where the network reports to. `signal` ends it; `say` gets one line for each step. */
export interface DemoRunSettings {
  readonly mqttUrl: string;
  readonly httpUrl: string;
  readonly demo: DemoNetwork;
  readonly receiptKeys: readonly ReceiptKey[];
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
  /** Between two live samples; a minute unless told otherwise. */
  readonly liveIntervalMs?: number;
}

/** A pack to scan: its canonical EPC, and the page of its code. */
export interface DemoScan {
  readonly case: DemoCase["case"];
  readonly code: string;
  readonly url: string;
}

/** A demo that has its history in and goes on live. */
export interface DemoRun {
  readonly scans: readonly DemoScan[];
  /** Resolves when the signal has ended it and every gateway is gone. */
  readonly finished: Promise<void>;
}

/**
 * Resolves when the history is receipted and the captures are taken; readings go on until the signal.
 * @throws Error when a capture is refused; the gateways are stopped first
 */
export async function runDemo(settings: DemoRunSettings): Promise<DemoRun> {
  const gateways = startGateways(settings);
  const { signal, say, demo } = settings;
  const finished = onceAborted(signal).then(async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
  });
  try {
    say(`sending 24 h of readings from ${gateways.length} gateways`);
    await Promise.all(gateways.map((gateway) => gateway.drained(demo.now)));
    signal.throwIfAborted();
    say(`sending ${demo.captures.length} captures of the partners' scanners`);
    await postCaptures(demo.captures, { httpUrl: settings.httpUrl, scanners: demo.devices.scanners, signal });
  } catch (error) {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    throw error;
  }
  say("history is in; the gateways go on live");
  return { scans: scansOf(demo.cases, settings.httpUrl), finished };
}

/** The packs to scan with their pages on a server. */
export function scansOf(cases: readonly DemoCase[], httpUrl: string): DemoScan[] {
  return cases.map(({ case: name, epc, path }) => ({
    case: name,
    code: epc,
    url: new URL(path, httpUrl).href,
  }));
}

/** A boot number grows with each start, as a counter in flash would. */
function startGateways(settings: DemoRunSettings): Gateway[] {
  const { demo, mqttUrl, receiptKeys, say } = settings;
  const liveFrom = Date.now();
  const intervalMs = settings.liveIntervalMs ?? liveIntervalMs;
  return demo.devices.gateways.map((device) =>
    startGateway({
      id: device.id,
      key: device.key,
      password: device.password,
      mqttUrl,
      receiptKeys,
      source: probeSource(device, { from: demo.since, liveFrom, liveIntervalMs: intervalMs }),
      clock: () => Date.now() + device.clockOffsetMs,
      boot: Math.floor(liveFrom / 1000),
      readingsPerMessage,
      lanes: "live",
      say,
    }),
  );
}

function onceAborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener("abort", () => done(), { once: true });
  });
}
