/** Runs many gateways that behave like real ones against a broker, each message on the ledger before it is sent. */
import { topicOf } from "../message.ts";
import type { ReceiptKey } from "../receipt.ts";
import { bodyOf } from "./body-of.ts";
import {
  composeMessage,
  composePoison,
  loosePoisonAt,
  poisonHasPlace,
  readingsAt,
  spanMs,
} from "./compose.ts";
import type { SimulatedDevice } from "./device.ts";
import { SimulatedGateway, type Surroundings } from "./gateway.ts";
import { bootsIn, messageLine, openLedger, poisonLine, readLedger } from "./ledger.ts";
import { emptyTally, type Tally } from "./tally.ts";

/** How a run behaves. Shares lie between 0 and 1; rates are messages a second of all gateways together. */
export interface RunSettings {
  readonly url: URL;
  readonly folder: string;
  readonly devices: readonly SimulatedDevice[];
  readonly receiptKeys: readonly ReceiptKey[];
  readonly trust: "receipt" | "puback";
  readonly rate: number;
  readonly seconds: number;
  readonly readingsPerMessage: number;
  /** Share of the messages that are back-fill, from the day before the first run. */
  readonly backfill: number;
  /** Share of the gateways whose line is cut in each second. */
  readonly disconnects: number;
  /** So wrong are the clocks of a share of the gateways. */
  readonly clockErrorMs: number;
  readonly clockErrors: number;
  /** One in so many messages is poison; 0: none. */
  readonly poison: number;
  /** Most messages without a receipt, all gateways together. */
  readonly outboxMax: number;
  readonly resendMs: number;
  /** How long to wait for receipts at the end. */
  readonly drainMs: number;
  readonly clock: () => number;
  readonly say: (text: string) => void;
  /** Told about once a second how far the run is. */
  readonly progress: (tally: Tally) => void;
  readonly signal: AbortSignal;
}

const tickMs = 10;
const messagesPerTickMax = 2_000;
const lookMs = 1_000;
/** A gateway's window: its messages of so many seconds, but never less than so many; receipts come once a second at most. */
const windowS = 5;
const windowLeast = 200;
const dayMs = 86_400_000;
const minuteMs = 60_000;

/** Runs for the set seconds, then waits for receipts; what an earlier run left without one is sent first. */
export async function runSimulation(settings: RunSettings): Promise<Tally> {
  const { folder, signal } = settings;
  const earlier = bootsIn(folder);
  const boot = Math.max(Math.trunc(Date.now() / 1_000), (earlier.at(-1) ?? 0) + 1);
  const firstRunMs = (earlier[0] ?? boot) * 1_000;
  const ledger = await openLedger(folder, boot);
  const tally = emptyTally();
  const { url, receiptKeys, trust, resendMs, say, devices } = settings;
  const windowMessages = Math.max(windowLeast, Math.ceil((windowS * settings.rate) / devices.length));
  const around: Surroundings = { url, ledger, tally, receiptKeys, trust, resendMs, say, windowMessages };
  const gateways = settings.devices.map(
    (device) => new SimulatedGateway(device, clockOf(device, settings), around),
  );
  if (earlier.length > 0) await remember(folder, gateways);
  tally.waiting = gateways.reduce((sum, gateway) => sum + gateway.waiting, 0);
  for (const gateway of gateways) gateway.connect();
  const looking = setInterval(() => lookAfter(gateways, settings, tally), lookMs);
  try {
    await produce(gateways, around, { ...settings, boot, firstRunMs });
    if (!signal.aborted) await drain(gateways, around, settings);
  } finally {
    clearInterval(looking);
    for (const gateway of gateways) gateway.close();
    await ledger.close();
  }
  return tally;
}

/** Takes up what earlier runs wrote: their messages without a receipt, and the times they used. */
async function remember(folder: string, gateways: readonly SimulatedGateway[]): Promise<void> {
  const known = new Map(gateways.map((gateway) => [gateway.device.id, gateway]));
  const newest = new Map<string, Buffer>();
  for await (const record of readLedger(folder)) {
    const gateway = known.get(record.gateway);
    if (gateway === undefined) continue;
    if (record.kind === "message") {
      const { boot, lane, payload } = record;
      gateway
        .boot(boot)
        .add(topicOf(record.gateway, lane === "hist" ? "hist" : "data"), payload, countReadings(payload));
      if (!record.isPoison) newest.set(`${record.gateway}/${lane}`, payload);
    } else if (record.kind === "receipt") gateway.boot(record.boot).recall(record.upTo, record.also);
    else if (record.kind === "puback") gateway.boot(record.boot).settleOne(record.seq);
  }
  for (const [place, payload] of newest) {
    const [id = "", lane] = place.split("/");
    const gateway = known.get(id);
    if (gateway !== undefined) gateway.newest[lane === "hist" ? "hist" : "data"] = newestTime(payload);
  }
}

interface ProduceSettings extends RunSettings {
  readonly boot: number;
  readonly firstRunMs: number;
}

/** Makes messages at the set rate, in turn over the gateways; each batch is on the disk before any of it is sent. */
async function produce(
  gateways: readonly SimulatedGateway[],
  around: Surroundings,
  settings: ProduceSettings,
): Promise<void> {
  const { rate, seconds, signal, outboxMax } = settings;
  const { ledger, tally } = around;
  const startedAt = performance.now();
  let turn = 0;
  let count = 0;
  while (!signal.aborted) {
    const elapsedS = (performance.now() - startedAt) / 1_000;
    if (elapsedS >= seconds) break;
    const due = Math.min(Math.floor(elapsedS * rate) - count - tally.heldBack, messagesPerTickMax);
    const sends: (() => void)[] = [];
    for (let made = 0; made < due; made += 1) {
      if (tally.waiting >= outboxMax) {
        tally.heldBack += due - made;
        break;
      }
      const gateway = gateways[turn % gateways.length];
      turn += 1;
      count += 1;
      if (gateway !== undefined) sends.push(makeOne(gateway, around, settings, count));
    }
    await ledger.flush();
    for (const send of sends) send();
    await new Promise((resolve) => setTimeout(resolve, tickMs));
  }
}

/** Writes one message on the ledger; the answer sends it. */
function makeOne(
  gateway: SimulatedGateway,
  { ledger, tally }: Surroundings,
  settings: ProduceSettings,
  count: number,
): () => void {
  const { id, channels, key } = gateway.device;
  const now = gateway.clock();
  const poisonNumber = settings.poison > 0 && count % settings.poison === 0 ? count / settings.poison : 0;
  if (poisonNumber > 0 && !poisonHasPlace(poisonNumber)) {
    const payload = loosePoisonAt(poisonNumber);
    tally.poison += 1;
    ledger.note(poisonLine(id, "data", payload));
    return () => gateway.sendLoose(topicOf(id, "data"), payload);
  }
  const spanOfOne = spanMs(channels.length, settings.readingsPerMessage);
  const oldest = settings.firstRunMs - dayMs;
  const histAt = Math.max(oldest, gateway.newest.hist + 1);
  const isHist = Math.random() < settings.backfill && histAt < settings.firstRunMs - minuteMs;
  const lane = isHist ? "hist" : "data";
  const ts = isHist ? histAt : Math.max(now, gateway.newest.data + 1);
  const outbox = gateway.boot(settings.boot);
  const seq = outbox.nextSeq;
  const topic = topicOf(id, lane);
  const place = { topic, boot: settings.boot, seq, sent: now, key };
  const readings = poisonNumber > 0 ? [] : readingsAt(channels, ts, settings.readingsPerMessage);
  const payload = poisonNumber > 0 ? composePoison(place, poisonNumber) : composeMessage(place, readings);
  if (poisonNumber > 0) tally.poison += 1;
  else gateway.newest[lane] = ts + spanOfOne - 1;
  tally.made += 1;
  tally.waiting += 1;
  tally.madeReadings += readings.length;
  ledger.note(
    messageLine(poisonNumber > 0 ? "X" : "M", { gateway: id, boot: settings.boot, seq, lane }, payload),
  );
  const message = outbox.add(topic, payload, readings.length);
  return () => gateway.send(message);
}

/** Which gateways have a wrong clock follows from their place, so that it is the same in every run. */
function clockOf(
  device: SimulatedDevice,
  { clock, clockErrorMs, clockErrors, devices }: RunSettings,
): () => number {
  const isWrong = devices.indexOf(device) < Math.round(devices.length * clockErrors);
  return isWrong && clockErrorMs !== 0 ? () => clock() + clockErrorMs : clock;
}

function lookAfter(
  gateways: readonly SimulatedGateway[],
  { disconnects, progress }: RunSettings,
  tally: Tally,
): void {
  const now = Date.now();
  progress(tally);
  for (const gateway of gateways) {
    if (Math.random() < disconnects) {
      tally.cuts += 1;
      gateway.cut();
    }
    gateway.look(now);
  }
}

async function drain(
  gateways: readonly SimulatedGateway[],
  { ledger }: Surroundings,
  { drainMs, signal }: RunSettings,
): Promise<void> {
  const deadline = Date.now() + drainMs;
  const isEmpty = () => gateways.every((gateway) => gateway.waiting === 0);
  while (!signal.aborted && Date.now() < deadline && !isEmpty()) {
    await ledger.flush();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function countReadings(payload: Buffer): number {
  const readings = bodyOf(payload)?.readings;
  return Array.isArray(readings) ? readings.length : 0;
}

function newestTime(payload: Buffer): number {
  const readings = bodyOf(payload)?.readings;
  if (!Array.isArray(readings)) return 0;
  return Math.max(0, ...readings.map(({ ts }: { ts?: unknown }) => (typeof ts === "number" ? ts : 0)));
}
