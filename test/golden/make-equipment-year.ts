/**
 * Writes the bundle of a year of one refrigerator with two points, one reading a minute each and every day sealed, and its
 * trust file: what the cost of verifying such a bundle is measured with. `node test/golden/make-equipment-year.ts FOLDER [DAYS]`
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Bundle, OpenedEntry } from "#domain/log/bundle.ts";
import { readingsCsvHeader, readingsCsvLine } from "#domain/log/readings-csv.ts";
import { ColdNetwork, hourMs, minuteMs, placed, start, type Weather } from "#test/support/cold-network.ts";
import { atSite, label, rosterOf, site, subject } from "./equipment-stories.ts";

const [first, second] = ["p-left", "p-right"];
const dayMs = 24 * hourMs;
const begin = start - hourMs;
const [folder = ".", days = "365"] = process.argv.slice(2);
const end = begin + Number(days) * dayMs;

/** Milli-°C that swing as a compressor makes them, and leave the limits for ten minutes each fifth day. */
const weather: Weather = (ts) => {
  const minute = (ts - begin) / minuteMs;
  if (minute % (5 * 1_440) >= 7_190) return 8_300;
  return 5_000 + Math.round(1_200 * Math.sin(minute / 9)) + ((minute * 7_919) % 97);
};

/** Windows in time, and each day's heads two hours after it. */
function sealedYear(): ColdNetwork {
  let next = 0;
  const log = new ColdNetwork((length) => new Uint8Array(length).fill(next++));
  const points = [first, second] as const;
  atSite(
    log,
    points.map((point) => ({ point })),
  );
  const calibrated = { calibratedUntil: end + dayMs };
  const roster = rosterOf(
    log,
    points.map((point) => placed(point, calibrated)),
  );
  for (let from = begin; from < end; from += hourMs) {
    log.window(subject, roster, from, weather, { point: first, beside: [second], ...calibrated });
    if ((from + hourMs - begin) % dayMs === 0) {
      const sealedAt = from + 3 * hourMs;
      log.sealDay(Math.floor(sealedAt / dayMs), sealedAt);
    }
  }
  return log;
}

/** The pack's form of a bundle in the form of an equipment's: readings apart from the entries. */
function equipmentBundle({ v, checkpoint, heads, anchor, days, streams, references }: Bundle): object {
  const entries = streams.flatMap((one) => one.entries as OpenedEntry[]);
  const lines = entries.flatMap(({ readings = [] }) => readings.map(readingsCsvLine));
  const bare = streams.map((one) => ({ ...one, entries: one.entries.map(withoutReadings) }));
  return {
    ...{ v, kind: "equipment", equipment: label, from: begin, to: end, checkpoint, heads, anchor },
    ...{ days, streams: bare, references, readings: readingsCsvHeader + lines.join("") },
  };
}

function withoutReadings(entry: object): object {
  const { readings: _, ...rest } = entry as { readings?: unknown };
  return rest;
}

const log = sealedYear();
const bundle = log.bundle(subject, [site], log.close(end + dayMs));
writeFileSync(join(folder, "year.bundle.json"), JSON.stringify(equipmentBundle(bundle)));
writeFileSync(join(folder, "year.trust.json"), JSON.stringify(log.trust));
