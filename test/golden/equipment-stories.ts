/** The log that golden equipment bundles of version 1 are taken from: five hours of a refrigerator, one of them too warm. */
import type { OpenedEntry, TrustFile } from "#domain/log/bundle.ts";
import { toHex } from "#domain/log/bytes.ts";
import { sealDigest } from "#domain/log/chain-view.ts";
import { streamOf } from "#domain/log/entry.ts";
import type { EquipmentBundle } from "#domain/log/equipment-bundle.ts";
import { readingsCsvHeader, readingsCsvLine } from "#domain/log/readings-csv.ts";
import {
  at,
  ColdNetwork,
  end,
  hourMs,
  minuteMs,
  placed,
  start,
  type Weather,
} from "#test/support/cold-network.ts";
import type { GoldenChain } from "#test/support/golden-chain.ts";

export const label = "00112233445566778899aabbccddee0f";
export const subject = `urn:coldmark:equipment:${label}`;
export const site = "urn:coldmark:site:0123456789abcdef0123456789abcdef";
export const point = `p-${label.at(-1)}`;
export const span = { from: start - hourMs, to: end };
const sealedAt = end + hourMs;
const anchoredAt = end + 24 * hourMs;

/** An equipment bundle with its trust file and the chain that holds it, finalized. */
export interface EquipmentStory {
  readonly bundle: EquipmentBundle;
  readonly trust: TrustFile;
  readonly chain: GoldenChain;
}

/** Warm from 9:10 to 9:20, silent from 10:10 to 10:50. */
export const usual: Weather = (ts) => {
  const minute = (ts - start) / minuteMs;
  if (minute >= 130 && minute < 170) return null;
  return minute >= 70 && minute < 80 ? 8_500 : 5_000;
};

/** A log with one sealed refrigerator and its site; `more` may append to it before the day is sealed. */
export function equipmentStory(
  weather: Weather = usual,
  more: (log: ColdNetwork, roster: string) => void = () => {},
  asked: { readonly from: number; readonly to: number } = span,
): EquipmentStory {
  return equipmentStoryOf((log) => {
    atSite(log, [{ point }]);
    const roster = log.roster(subject, {}, { site: streamOf(site) });
    for (let from = start - hourMs; from < end; from += hourMs) log.window(subject, roster, from, weather);
    more(log, roster);
  }, asked);
}

/** The site's word: which sensors lay in the equipment from when to when. */
export function atSite(
  log: ColdNetwork,
  sensors: readonly { readonly point: string; readonly since?: number; readonly until?: number }[],
  accepted = start - hourMs,
): void {
  log.append(site, "site-roster", at(accepted), {
    equipment: [{ stream: streamOf(subject), since: start - hourMs, until: null }],
    sensors: sensors.map(({ point: name, since = start - hourMs, until = null }) => ({
      ...{ point: name, equipment: streamOf(subject), since, until },
    })),
    accepted,
  });
}

/** A roster of the equipment with these points, in force from `when` on. */
export function rosterOf(log: ColdNetwork, points: readonly object[], when = start - hourMs): string {
  return log.roster(subject, {}, { points, site: streamOf(site) }, when);
}

/**
 * A sensor of a replay gateway lies beside the other until 9:40, and is moved away before the window from 9:00 is sealed:
 * that names the roster of before it too, where `isNamed`.
 */
export function movedAway({ isNamed = true } = {}): EquipmentStory {
  const other = "p-replayed";
  const [moved, noon] = [start + 100 * minuteMs, start + hourMs];
  return equipmentStoryOf((log) => {
    atSite(log, [{ point }, { point: other }]);
    const before = rosterOf(log, [placed(point), placed(other, { replay: true })]);
    const beside = { beside: [other] };
    for (const from of [start - hourMs, start])
      log.window(subject, before, from, () => 5_000, { ...beside, earlierRosters: [] });
    atSite(log, [{ point }, { point: other, until: moved }], moved);
    const after = rosterOf(log, [placed(point)], moved);
    const named = isNamed ? { earlierRosters: [before] } : {};
    log.window(subject, after, noon, () => 5_000, { ...beside, ...named });
    for (let from = noon + hourMs; from < end; from += hourMs)
      log.window(subject, after, from, () => 5_000, { earlierRosters: [] });
  });
}

/** A log in which `write` seals the equipment, with one sealed day. */
export function equipmentStoryOf(write: (log: ColdNetwork) => void, asked = span): EquipmentStory {
  let next = 0;
  const log = new ColdNetwork((length) => new Uint8Array(length).fill(next++));
  write(log);
  const day = Math.floor(sealedAt / (24 * hourMs));
  log.sealDay(day, sealedAt);
  const tree = log.close(anchoredAt);
  const { streams, days, checkpoint, heads, anchor, references } = log.bundle(subject, [site], tree);
  const head = { root: toHex(tree.root), size: tree.size, anchoredAt };
  const sealed = days[0] as (typeof days)[number];
  return {
    bundle: {
      ...{ v: 1, kind: "equipment", equipment: label, ...asked, checkpoint, heads, anchor, days, references },
      streams: streams.map((one) => ({ ...one, entries: one.entries.map(withoutReadings) })),
      readings: csvOf(streams[0]?.entries as OpenedEntry[]),
    },
    trust: log.trust,
    chain: {
      ...{ chainId: log.trust.chainId, codeHash: log.trust.codeHash, revocations: {}, transactions: {} },
      latest: { number: 20, at: anchoredAt + hourMs, head },
      finalized: { number: 18, at: anchoredAt + hourMs - 2000, head },
      seals: { [day]: sealDigest(sealed) },
    },
  };
}

/** The readings of each window's newest version. */
function csvOf(entries: readonly OpenedEntry[]): string {
  const measured = entries.filter(({ readings }) => readings !== undefined);
  const newest = new Map(measured.map(({ header, readings }) => [header.from, readings ?? []]));
  return readingsCsvHeader + [...newest.values()].flat().map(readingsCsvLine).join("");
}

function withoutReadings<Entry extends object>(entry: Entry): Entry {
  const { readings: _, ...rest } = entry as Entry & { readings?: unknown };
  return rest as Entry;
}
