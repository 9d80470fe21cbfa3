/** A real logger's file sent through a gateway of kind `replay`: its own times, the back-fill lane, its own mark. */
import { AppError } from "#domain/errors.ts";
import { startGateway } from "./gateway.ts";
import { listSource, type Reading, type ReadingSource } from "./reading-source.ts";
import type { ReceiptKey } from "./receipt.ts";

const readingsPerMessage = 500;
const header = "utc,temperature_c";
const linePattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z),(-?\d+(?:\.\d+)?)$/;

/** What a replay needs; `speed` (times real time) paces it, without it all is sent at once. */
export interface ReplaySettings {
  /** The file's text: header `utc,temperature_c`, ISO times in UTC, oldest first. */
  readonly csv: string;
  readonly mqttUrl: string;
  readonly gateway: string;
  readonly password: string;
  readonly channel: string;
  readonly kid?: string;
  readonly privateKey?: Uint8Array;
  readonly receiptKeys: readonly ReceiptKey[];
  readonly speed?: number;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** What was sent and receipted. */
export interface ReplayResult {
  readonly readings: number;
  readonly messages: number;
  readonly boot: number;
  readonly lastSeq: number;
}

/**
 * Sends a logger's file and waits for the verified receipt of its last message.
 * @throws AppError BAD_REQUEST naming the first wrong line; the signal's reason when it is aborted before the end
 */
export async function replayFile(settings: ReplaySettings): Promise<ReplayResult> {
  const readings = parseLoggerFile(settings.csv, settings.channel);
  const source = listSource(readings);
  const { kid, privateKey, signal, say } = settings;
  signal.throwIfAborted();
  const gateway = startGateway({
    id: settings.gateway,
    key: kid && privateKey ? { kid, privateKey, publicKey: new Uint8Array() } : null,
    password: settings.password,
    mqttUrl: settings.mqttUrl,
    receiptKeys: settings.receiptKeys,
    source: settings.speed ? paced(source, settings.speed) : source,
    clock: () => Date.now(),
    boot: Math.floor(Date.now() / 1000),
    readingsPerMessage,
    lanes: "hist",
    say,
  });
  const stop = (): void => void gateway.stop();
  signal.addEventListener("abort", stop, { once: true });
  await gateway.drained(Number.POSITIVE_INFINITY);
  signal.removeEventListener("abort", stop);
  await gateway.stop();
  signal.throwIfAborted();
  const lastSeq = gateway.lastSeq();
  return { readings: readings.length, messages: lastSeq, boot: gateway.boot, lastSeq };
}

/**
 * The readings of a logger's file on one channel, in the file's order.
 * @throws AppError BAD_REQUEST naming the line
 */
export function parseLoggerFile(csv: string, channel: string): Reading[] {
  const [first, ...lines] = csv
    .replace(/^\uFEFF/, "")
    .trimEnd()
    .split(/\r?\n/);
  if (first !== header) throw new AppError("BAD_REQUEST", `line 1: the header must be ${header}`);
  if (lines.length === 0) throw new AppError("BAD_REQUEST", "line 2: the file has no readings");
  const readings = lines.map((line, at) => parseLine(line, at + 2, channel));
  readings.forEach(({ ts }, at) => {
    if (at > 0 && ts <= (readings[at - 1]?.ts ?? 0))
      throw new AppError("BAD_REQUEST", `line ${at + 2}: its time isn't after the line before`);
  });
  return readings;
}

function parseLine(line: string, number: number, channel: string): Reading {
  const [, time = "", value] = linePattern.exec(line) ?? [];
  const ts = Date.parse(time);
  if (Number.isNaN(ts))
    throw new AppError(
      "BAD_REQUEST",
      `line ${number}: expected a UTC time and °C, as 2026-01-31T08:00:00Z,4.5`,
    );
  return { s: channel, ts, t: Number(value) };
}

/** The file's own pace, so many times faster, from now on. */
function paced(source: ReadingSource, speed: number): ReadingSource {
  const startedAt = Date.now();
  const firstTs = source.nextAt() ?? 0;
  return {
    nextAt: () => source.nextAt(),
    take: (max, until) => source.take(max, firstTs + (until - startedAt) * speed),
  };
}
