import { createHash } from "node:crypto";
import type { Bundle, OpenedEntry, TrustFile } from "#domain/log/bundle.ts";
import { toHex } from "#domain/log/bytes.ts";
import { canonicalize } from "#domain/log/canonical.ts";
import {
  at,
  ColdNetwork,
  cold,
  hourMs,
  minuteMs,
  pack,
  placed,
  start,
  type Weather,
} from "./cold-network.ts";

const dayMs = 24 * hourMs;
/** As long as the log's names of points are. */
const points = [1, 2].map((number) => `0123456789abcdef0123456789abcde${number}`);

/** Milli-°C that swing as a compressor makes them, and leave the limits for ten minutes on the twelfth day. */
const weather: Weather = (ts) => {
  const minute = (ts - start) / minuteMs;
  if (ts >= start + 12 * dayMs && ts < start + 12 * dayMs + 10 * minuteMs) return 8_300;
  return 5_000 + Math.round(1_200 * Math.sin(minute / 9)) + ((minute * 7_919) % 97);
};

/** How long the pack lies there, and of how many other streams the log tells. */
interface Stay {
  readonly days: number;
  readonly others?: number;
}

/** The bundle of a pack that lies in a refrigerator with two points, each day sealed, as the service gives it. */
export interface PackMonth {
  readonly code: string;
  readonly bundle: Bundle;
  readonly trust: TrustFile;
  readonly asOf: number;
}

/** Salts and roots are as hard to compress as a real log's, and the same each time. */
export function packMonth({ days, others = 1_000 }: Stay): PackMonth {
  const until = start + days * dayMs;
  let drawn = 0;
  const bytes = (length: number) => {
    drawn += 1;
    return new Uint8Array(createHash("shake256", { outputLength: length }).update(`${drawn}`).digest());
  };
  const log = new ColdNetwork(bytes);
  const [point, ...beside] = points as [string, string];
  const calibratedUntil = until + dayMs;
  const roster = log.roster(
    cold,
    {},
    { points: points.map((name) => placed(name, { calibratedUntil })) },
    start - hourMs,
  );
  log.made();
  for (let other = 0; other < others; other += 1)
    log.append(`urn:test:other:${other}`, "note", at(start), {});
  for (let from = start - hourMs; from < until; from += hourMs) {
    const messagesRoot = toHex(bytes(32));
    log.window(cold, roster, from, weather, { point, beside, calibratedUntil, messagesRoot });
    if ((from - start) % dayMs === 0) log.sealDay(Math.floor(from / dayMs), from + hourMs);
  }
  const bundle = log.bundle(pack, log.subjects, log.close(until));
  return { code: pack, bundle: asServed(bundle, until), trust: log.trust, asOf: until };
}

/** As the service gives them: bodies in the form that the log keeps; windows inside the limits, and not at the stay's edges, as summaries. */
function asServed(bundle: Bundle, until: number): Bundle {
  const streams = bundle.streams.map((one) => {
    const inOrder = (one.entries as OpenedEntry[]).map((entry) => ({ ...entry, body: asKept(entry.body) }));
    const entries = inOrder.map((entry) => (needsReadings(entry, until) ? entry : bare(entry)));
    return { ...one, entries };
  });
  return { ...bundle, streams };
}

function needsReadings({ readings = [], header: { from, to } }: OpenedEntry, until: number): boolean {
  if (readings.length === 0) return true;
  return from < start || to > until || readings.some(([, , tMilliC]) => tMilliC !== null && tMilliC > 8_000);
}

function asKept(body: unknown): unknown {
  return JSON.parse(canonicalize(body));
}

function bare(entry: object): OpenedEntry {
  const { readings: _, ...rest } = entry as OpenedEntry;
  return rest;
}
