/** The logs that golden bundles of version 1 are taken from: fixed times, salts and keys, nobody's names. */
import type { Bundle, TrustFile } from "#domain/log/bundle.ts";
import { fromHex, toHex } from "#domain/log/bytes.ts";
import { sealDigest } from "#domain/log/chain-view.ts";
import { readingsRoot } from "#domain/log/check-readings.ts";
import { saltedHash, streamOf } from "#domain/log/entry.ts";
import {
  ColdNetwork,
  cold,
  end,
  hourMs,
  minuteMs,
  pack,
  placed,
  start,
  type Weather,
} from "#test/support/cold-network.ts";
import type { GoldenChain } from "#test/support/golden-chain.ts";
import { TestLog } from "#test/support/test-log.ts";

const dayMs = 24 * hourMs;
export const lot = "https://id.gs1.org/01/06901234567892/10/L1";
export const neverSeen = "https://id.gs1.org/01/06901234567892/21/NEVER";
export const chinaPack = "urn:x-cn:dtc:81234567890123456789";
export const fridge = "urn:coldmark:equipment:00112233445566778899aabbccddeeff";
export const at = Date.UTC(2026, 0, 5, 8);
export const today = Math.floor(at / dayMs);
export const anchored = at + dayMs;

type ClosedTree = ReturnType<TestLog["close"]>;

/** A bundle with its trust file and the chain that holds it, finalized. */
export interface Story {
  readonly bundle: Bundle;
  readonly trust: TrustFile;
  readonly chain: GoldenChain;
}

/** Bytes that anyone can write down: as many as asked for of 0, then of 1, and so on. */
function countingBytes(): (length: number) => Uint8Array {
  let next = 0;
  return (length) => new Uint8Array(length).fill(next++);
}

/** The log of the worked example in docs/verify.md: five entries, one sealed day. */
function exampleLog(): TestLog {
  const log = new TestLog(countingBytes());
  log.append(
    pack,
    "event",
    { from: at, to: at },
    { step: "commissioning", lot: "L1", names: { zh: "药", en: "Medicine" } },
  );
  const rows: [string, number, number, null][] = [
    ["p1", at, 4100, null],
    ["p1", at + 60_000, 8300, null],
  ];
  log.append(fridge, "segment", { from: at, to: at + hourMs }, { data: readingsRoot(rows) }, rows);
  log.sealDay(today, at + hourMs);
  log.append(fridge, "excursion", { from: at + 60_000, to: at + 60_000 }, { point: "p1" });
  return log;
}

/** The worked example: the pack, its lot of which nothing was said, and the refrigerator. */
export function example(): Story {
  const log = exampleLog();
  return storyOf(log, pack, [lot, fridge], log.close(anchored));
}

/** The example's bundle at the tree that the day's seal keeps, while the chain has moved on. */
export function atTheSeal(): Story {
  const log = exampleLog();
  const tree = log.days.get(today)!.tree;
  const { chain } = example();
  return { ...storyOf(log, pack, [lot, fridge], tree), chain };
}

/** The example told of another code, which the log may never have seen. */
export function ofCode(code: string): Story {
  const log = exampleLog();
  const body = { step: "commissioning", gtin: "06901234567892", lot: "L1" };
  if (code === chinaPack) log.append(code, "event", { from: at, to: at }, body);
  return storyOf(log, code, [lot, fridge], log.close(anchored));
}

/** A checkpoint as large as the example's, signed by the same key, of a log that holds something else. */
export function otherHistory(): string {
  const log = exampleLog();
  const last = log.rows.length - 1;
  log.rows[last] = { ...log.rows[last]!, leaf: "33".repeat(32) };
  return log.bundle(pack, [], log.close(anchored)).checkpoint;
}

/** A window from a time that no calendar has, with a reading that isn't the sealed one. */
export function withWindowAt(time: number): Story {
  const log = exampleLog();
  log.append(fridge, "segment", { from: time, to: time }, { data: readingsRoot([]) }, [["p1", at, 1, null]]);
  return storyOf(log, pack, [lot, fridge], log.close(anchored));
}

/** The refrigerator's stream written anew after its day was sealed. */
export function rebuilt(): Story {
  const log = exampleLog();
  for (const [index, row] of log.rows.entries())
    if (row.stream === streamOf(fridge)) log.rows[index] = { ...row, stream: "00".repeat(32) };
  const body = { data: readingsRoot([]) };
  for (const hour of [0, 1])
    log.append(fridge, "segment", { from: at + hour * hourMs, to: at + (hour + 1) * hourMs }, body);
  return storyOf(log, pack, [lot, fridge], log.close(anchored));
}

/** A pack that lay four hours in a sealed refrigerator: bodies as the real log has them, so that the answers show. */
export function stay(weather: Weather): Story {
  const log = new ColdNetwork(countingBytes());
  log.fridge(cold, weather);
  log.made();
  log.sealDay(Math.floor(end / dayMs), end + hourMs);
  return storyOf(log, pack, log.subjects, log.close(end + 36 * hourMs));
}

/** The same stay, where the stretch ends at the day's heads, begins after the roster and names it by reference. */
export function cutStay(): Story {
  const log = new ColdNetwork(countingBytes());
  log.fridge(cold, () => 5000);
  log.made();
  const day = Math.floor(end / dayMs);
  log.sealDay(day, end + hourMs);
  const roster = log.rows.find(({ stream }) => stream === streamOf(cold))!;
  log.window(cold, roster.leaf, end, () => 5000);
  const story = storyOf(log, pack, log.subjects, log.close(end + 36 * hourMs));
  const [opened, ...more] = story.bundle.streams.filter(({ stream }) => stream === streamOf(cold));
  const head = log.days.get(day)!.tree.heads.proof(fromHex(streamOf(cold)));
  const entries = opened!.entries
    .slice(1, head.seq! + 1)
    .map((entry, index) => (index === 1 ? closed(entry) : entry));
  const cut = { ...opened!, from: 1, prev: roster.leaf, entries, end: day, head };
  const { stream, seq, prev, opening } = roster;
  const others = story.bundle.streams.filter((one) => one !== opened);
  const bundle = {
    ...story.bundle,
    streams: [...others, cut, ...more],
    references: [{ stream, seq, prev, opening }],
  };
  return { ...story, bundle };
}

/**
 * A pack that came at 9:00, beside a replay sensor that was moved away at 9:40, before the window was sealed. The stretch
 * begins after the roster of before; the window names it.
 */
export function movedAwayStay(): Story {
  const log = new ColdNetwork(countingBytes());
  const [came, other] = [start + hourMs, "p-replayed"];
  const before = log.roster(cold, {}, { points: [placed("p-d"), placed(other, { replay: true })] });
  const beside = { beside: [other] };
  const night = Math.floor(start / dayMs) - 1;
  log.window(cold, before, start - hourMs, () => 5000, { ...beside, earlierRosters: [] });
  log.sealDay(night, start);
  log.window(cold, before, start, () => 5000, { ...beside, earlierRosters: [] });
  const after = log.roster(cold, {}, { points: [placed("p-d")] }, came + 40 * minuteMs);
  log.window(cold, after, came, () => 5000, { ...beside, earlierRosters: [before] });
  for (let from = came + hourMs; from < end; from += hourMs)
    log.window(cold, after, from, () => 5000, { earlierRosters: [] });
  log.made(came);
  const story = storyOf(log, pack, log.subjects, log.close(end + 35 * hourMs));
  const { stream, seq, prev, opening } = log.rows.find((row) => row.leaf === before)!;
  const streams = story.bundle.streams.map((one) =>
    one.stream === stream
      ? {
          ...one,
          from: 2,
          prev: log.rows.filter((row) => row.stream === stream)[1]!.leaf,
          entries: one.entries.slice(2),
        }
      : one,
  );
  return { ...story, bundle: { ...story.bundle, streams, references: [{ stream, seq, prev, opening }] } };
}

/** The example with the segment's content erased and its excursion not opened. */
export function erased(): Story {
  const story = example();
  const streams = story.bundle.streams.map((stretch) =>
    stretch.stream === streamOf(fridge) ? { ...stretch, entries: hidden(stretch.entries) } : stretch,
  );
  return { ...story, bundle: { ...story.bundle, streams } };
}

function hidden([segment, excursion]: Bundle["streams"][number]["entries"]) {
  const { salt, header } = closed(excursion!) as { salt: string; header: object };
  return [closed(segment!), { commit: saltedHash(salt, header) }];
}

/** An entry of which only the header shows. */
function closed(entry: Bundle["streams"][number]["entries"][number]) {
  if (!("bodySalt" in entry)) return entry;
  const { salt, header, bodySalt, body } = entry;
  return { salt, header: { ...header, body: saltedHash(bodySalt, body) } };
}

function storyOf(log: TestLog, subject: string, others: readonly string[], tree: ClosedTree): Story {
  const bundle = log.bundle(subject, others, tree);
  const anchoredAt = tree.leaf.opening.header.to;
  const days = [...log.days].filter(([, sealed]) => sealed.tree.size < tree.size || sealed.tree === tree);
  const seals = days.map(
    ([
      day,
      {
        at: sealedAt,
        tree: { size, root },
      },
    ]) => [day, sealDigest({ size, root: toHex(root), anchoredAt: sealedAt })],
  );
  const head = { root: toHex(tree.root), size: tree.size, anchoredAt };
  const chain = {
    ...{ chainId: log.trust.chainId, codeHash: log.trust.codeHash },
    latest: { number: 20, at: anchoredAt + hourMs, head },
    finalized: { number: 18, at: anchoredAt + hourMs - 2000, head },
    ...{ seals: Object.fromEntries(seals), revocations: {}, transactions: {} },
  };
  return { bundle, trust: log.trust, chain };
}

export { hourMs, pack };
