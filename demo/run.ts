/** Runs the demo network against a server, from outside: first what the cases need, then everything else, live. */
import { uploadGateways } from "./device-maker.ts";
import type { GatewayDevice } from "./devices.ts";
import { habitOf, mishapOf } from "./habits.ts";
import { liveLife } from "./life.ts";
import type { DemoNetwork } from "./network.ts";
import { type PartnerSettings, postCaptures, postRecalls } from "./partners.ts";
import type { ReceiptKey } from "./receipt.ts";
import { seedOf } from "./seed.ts";
import type { DemoCase } from "./shipments.ts";
import { type Station, startStation } from "./station.ts";

/** Gateways of the cases that connect and catch up at the same time. */
const casesAtOnce = 20;
/** The others come more slowly: somebody may be looking at the pages by then. */
const othersAtOnce = 12;

/** Where the network reports to. `signal` ends it; `say` gets one line for each step. */
export interface DemoRunSettings {
  readonly mqttUrl: string;
  readonly httpUrl: string;
  readonly demo: DemoNetwork;
  readonly receiptKeys: readonly ReceiptKey[];
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** A pack to scan: its canonical EPC, and the page of its code. */
export interface DemoScan {
  readonly case: DemoCase["case"];
  readonly code: string;
  readonly url: string;
}

/** A demo that has the cases in and goes on live with them. */
export interface DemoRun {
  readonly scans: readonly DemoScan[];
  /**
   * The cases are ready: everybody else connects and catches up, stock is taken, and lines that were cut come back.
   * Resolves when all that are going to have caught up; never rejects, what goes wrong is said.
   */
  joinOthers(): Promise<void>;
  /** Resolves when the signal has ended it and every gateway is gone. */
  readonly finished: Promise<void>;
}

/**
 * Resolves when the history of the cases is receipted and what is stated of them is taken; their gateways go on live.
 * @throws Error when a capture is refused; the gateways are stopped first
 */
export async function runDemo(settings: DemoRunSettings): Promise<DemoRun> {
  const { demo, signal, say, httpUrl } = settings;
  const stations = new Map<GatewayDevice, Station>();
  const stopAll = async (): Promise<void> => {
    await Promise.all([...stations.values()].map((station) => station.stop()));
  };
  const finished = onceAborted(signal).then(stopAll);
  const install = async (devices: readonly GatewayDevice[], atOnce: number): Promise<void> => {
    await inTurns(devices, atOnce, async (device) => {
      if (signal.aborted) return;
      const station = startStation(device, settings);
      stations.set(device, station);
      await station.caughtUp;
    });
  };
  const partners = { httpUrl, scanners: demo.devices.scanners, signal };
  const gateways = demo.devices.gateways.filter(({ line }) => line !== "never");
  try {
    const inCase = gateways.filter(({ isInCase }) => isInCase);
    say(`sending the readings of the cases from ${inCase.length} gateways`);
    await install(inCase, casesAtOnce);
    signal.throwIfAborted();
    await stateCases(demo, partners, say);
  } catch (error) {
    await stopAll();
    throw error;
  }
  return {
    scans: scansOf(demo.cases, httpUrl),
    finished,
    async joinOthers() {
      const others = gateways.filter(({ isInCase }) => !isInCase);
      background(
        [...stations.values()].map((station) => station.casesAreReady()),
        settings,
      );
      background([liveLife(demo, partners, say)], settings);
      await install(others, othersAtOnce);
      if (!signal.aborted) say(`${gateways.length} gateways report live`);
      const seed = seedOf(String(demo.seed));
      const lives = others.flatMap((device) => {
        const station = stations.get(device);
        const habit = habitOf(seed, device.id);
        return station ? [station.casesAreReady(), station.live((n) => mishapOf(habit, n))] : [];
      });
      background(lives, settings);
    },
  };
}

async function stateCases(demo: DemoNetwork, partners: PartnerSettings, say: (text: string) => void) {
  say(`sending ${demo.captures.length} captures of the partners' scanners, and a recall`);
  await postCaptures(demo.captures, partners);
  await postRecalls(demo.recalls, partners);
  await uploadGateways(demo.devices.unclaimed, partners);
}

/** Goes on beside whoever started it, up to the signal. */
function background(work: readonly Promise<void>[], { signal, say }: DemoRunSettings): void {
  for (const each of work)
    each.catch((error: unknown) => {
      if (!signal.aborted) say(error instanceof Error ? error.message : String(error));
    });
}

/** Does all, a bounded number at once, in their order. */
async function inTurns<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  const worker = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** The packs to scan with their pages on a server. */
export function scansOf(cases: readonly DemoCase[], httpUrl: string): DemoScan[] {
  return cases.map(({ case: name, epc, path }) => ({
    case: name,
    code: epc,
    url: new URL(path, httpUrl).href,
  }));
}

function onceAborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener("abort", () => done(), { once: true });
  });
}
