/**
 * Writes the golden bundles of version 1 into a folder: `node test/golden/make-bundle-v1.ts FOLDER`. They are kept for ever:
 * what is already there is never written again, and once version 2 comes this script goes, the bundles stay.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Bundle, VerificationResult } from "#domain/log/bundle.ts";
import { revocationSubject } from "#domain/log/chain-view.ts";
import { streamOf } from "#domain/log/entry.ts";
import { keccakTopic } from "#test/support/golden-chain.ts";
import { type GoldenInput, goldenDir, judge } from "./cases.ts";
import {
  anchored,
  at,
  atTheSeal,
  chinaPack,
  cutStay,
  erased,
  example,
  fridge,
  hourMs,
  lot,
  movedAwayStay,
  neverSeen,
  ofCode,
  otherHistory,
  pack,
  rebuilt,
  type Story,
  stay,
  today,
  withWindowAt,
} from "./stories.ts";

interface Made extends GoldenInput {
  readonly result: VerificationResult;
}

const recalled = revocationSubject("06901234567892", "L1");
const tx = `0x${"ab".repeat(32)}`;

/** A story's bundle, its code and its trust file, offline. */
function offline(
  about: string,
  result: VerificationResult,
  story: Story,
  more: Partial<GoldenInput> = {},
): Made {
  const [bundle, trust] = [`${JSON.stringify(story.bundle)}\n`, JSON.stringify(story.trust)];
  const code = story.bundle.subject;
  return { about, result, bundle, trust, code, maxAgeMs: null, chain: null, ...more };
}

const online = (
  about: string,
  result: VerificationResult,
  story: Story,
  more: Partial<GoldenInput> = {},
): Made => offline(about, result, story, { chain: story.chain, ...more });

/** The example changed in its bundle, as someone with the file would. */
function changed(change: (bundle: Bundle) => Partial<Bundle>): Story {
  const story = example();
  return { ...story, bundle: { ...story.bundle, ...change(story.bundle) } };
}

/** The example with the entries of one stream changed. */
const withEntries = (subject: string, change: (entries: unknown[]) => unknown[]): Story =>
  changed(({ streams }) => ({
    streams: streams.map((one) =>
      one.stream === streamOf(subject)
        ? { ...one, entries: change([...one.entries]) as (typeof one)["entries"] }
        : one,
    ),
  }));

/** The example with its newest tree shown a second time, as that of the last day a number can hold. */
function farDay(): Story {
  return changed(({ days, heads, streams }) => {
    const { size, root } = example().chain.latest.head;
    const proofs = Object.fromEntries(streams.map(({ stream, head }) => [stream, head]));
    const last = { day: Number.MAX_SAFE_INTEGER, size, root, anchoredAt: anchored, heads, streams: proofs };
    return { days: [...days, last] };
  });
}

/** The example with one stretch changed. */
const withStretch = (subject: string, change: (stretch: Bundle["streams"][number]) => object): Story =>
  changed(({ streams }) => ({
    streams: streams.map((one) =>
      one.stream === streamOf(subject) ? ({ ...one, ...change(one) } as typeof one) : one,
    ),
  }));

const fields = (value: unknown) => value as Record<string, unknown>;
const story = example();
const text = JSON.stringify(story.bundle);
const other = "https://id.gs1.org/01/06901234567892/21/B2";
const { chain } = story;
const before = {
  root: story.bundle.days[0]!.root,
  size: story.bundle.days[0]!.size,
  anchoredAt: at + hourMs,
};
const after = { root: "77".repeat(32), size: 9, anchoredAt: anchored + hourMs };
const moved = {
  ...chain,
  latest: { ...chain.latest, head: after },
  finalized: { ...chain.finalized, head: after },
};
const log = {
  address: story.trust.contract,
  topics: [
    keccakTopic("Anchored(bytes32,uint48,bytes32)"),
    story.trust.logId,
    `0x${chain.latest.head.size.toString(16).padStart(64, "0")}`,
  ],
  data: `0x${chain.latest.head.root}`,
};
const sent = { ...moved, transactions: { [tx]: { block: 17, log } } };
const recall = (until: number) => ({ ...chain, revocations: { [recalled]: { since: anchored, until } } });
const named = changed(() => ({ anchor: { tx } }));
const flagged = (flags: number, day: number) => ({
  ...{ ...chain, latest: { ...chain.latest, head: { ...chain.latest.head, flags } }, retirement: { day } },
});
const inUpperCase = JSON.stringify(story.trust, (_, value) =>
  typeof value === "string" && /^0x[0-9a-f]+$/.test(value) ? `0x${value.slice(2).toUpperCase()}` : value,
);
const foreign = JSON.stringify({ ...story.trust, logKeys: ["coldmark.test/log+00000000+AQ=="] });

const made: Readonly<Record<string, Made>> = {
  "example-offline": offline("the worked example of docs/verify.md", "VALID_PROVISIONAL", story),
  "no-code": offline("nobody said which code", "VALID_PROVISIONAL", story, { code: null }),
  "china-code": offline(
    "a China code, whose product its own stream names",
    "VALID_PROVISIONAL",
    ofCode(chinaPack),
  ),
  "never-seen": offline("a code the log has never seen", "VALID_PROVISIONAL", ofCode(neverSeen)),
  "erased-and-hidden": offline("one entry erased, one not opened", "VALID_PROVISIONAL", erased()),
  "stay-cold": offline(
    "four hours at 5 °C",
    "VALID_PROVISIONAL",
    stay(() => 5000),
  ),
  "stay-warm": offline(
    "one hour at 12 °C: its readings travel",
    "VALID_PROVISIONAL",
    stay((ts) => (ts >= at + hourMs && ts < at + 2 * hourMs ? 12_000 : 5000)),
  ),
  "stay-cut": offline("a stretch that ends at a day and names its roster", "VALID_PROVISIONAL", cutStay()),
  "stay-moved-away": offline(
    "a replay sensor lay beside, moved away before its window was sealed",
    "VALID_PROVISIONAL",
    movedAwayStay(),
  ),
  "no-trust-file": offline("no trust file", "KEY_UNKNOWN", story, { trust: null }),
  "no-known-key": offline("a trust file without the log's key", "KEY_UNKNOWN", story, { trust: foreign }),
  "other-log": offline("the right key, pinned to another log", "KEY_UNKNOWN", story, {
    trust: JSON.stringify({ ...story.trust, logId: `0x${"22".repeat(32)}` }),
  }),
  "other-code": offline("the bundle of another pack", "SUBJECT_MISMATCH", story, { code: other }),
  "no-code-at-all": offline("what was scanned is no code", "SUBJECT_MISMATCH", story, { code: "hello" }),
  "other-subject": offline(
    "renamed to another pack",
    "SUBJECT_MISMATCH",
    changed(() => ({ subject: other })),
    {
      code: other,
    },
  ),
  "other-body": offline(
    "one word of a statement changed",
    "TAMPERED",
    withEntries(pack, ([entry]) => [{ ...fields(entry), body: { step: "commissioning", lot: "L2" } }]),
  ),
  "other-reading": offline(
    "one reading made cooler",
    "TAMPERED",
    withEntries(fridge, ([entry, ...more]) => [
      {
        ...fields(entry),
        readings: [
          ["p1", at, 4100, null],
          ["p1", at + 60_000, 7900, null],
        ],
      },
      ...more,
    ]),
  ),
  "no-excursion": offline(
    "the excursion left out",
    "TAMPERED",
    withEntries(fridge, ([entry]) => [entry]),
  ),
  "other-heads-path": offline(
    "one hash of the heads' path",
    "BAD_PATH",
    changed(({ heads }) => ({ heads: { ...heads, path: ["00".repeat(32), ...heads.path.slice(1)] } })),
  ),
  "no-lot": offline(
    "the lot's stream left out",
    "BAD_PATH",
    changed(({ streams }) => ({ streams: streams.filter(({ stream }) => stream !== streamOf(lot)) })),
  ),
  "other-size": offline(
    "the checkpoint's size changed after it was signed",
    "BAD_SIGNATURE",
    changed(({ checkpoint }) => ({ checkpoint: checkpoint.replace(/\n\d+\n/, "\n7\n") })),
  ),
  rebuilt: offline("a stream written anew after its day was sealed", "FORK_DETECTED", rebuilt()),
  "key-twice": offline("a key twice", "MALFORMED", story, { bundle: text.replace("{", '{"v":1,') }),
  "one-field-more": offline("a field too many", "MALFORMED", story, {
    bundle: text.replace("{", '{"extra":1,'),
  }),
  truncated: offline("the end cut off", "MALFORMED", story, { bundle: text.slice(0, -1) }),
  "day-twice": offline(
    "a day twice",
    "MALFORMED",
    changed(({ days }) => ({ days: [...days, ...days] })),
  ),
  "example-final": online("the worked example, finalized", "VALID_FINAL", story),
  "example-latest": online("on chain, not finalized yet", "VALID_PROVISIONAL", story, {
    chain: { ...chain, finalized: { ...chain.finalized, head: before } },
  }),
  "by-transaction": online("the head moved on: its transaction proves it", "VALID_FINAL", named, {
    chain: sent,
  }),
  "by-seal": online("the head moved on: the day's seal proves it", "VALID_FINAL", atTheSeal()),
  "recall-lifted": online("a recall that was lifted", "VALID_FINAL", story, {
    chain: recall(anchored + 1000),
  }),
  "not-anchored": online("the chain is behind", "NOT_ANCHORED_YET", story, {
    chain: {
      ...chain,
      latest: { ...chain.latest, head: before },
      finalized: { ...chain.finalized, head: before },
    },
  }),
  "moved-on": online("the head moved on and nothing proves this size", "ANCHOR_UNPROVED", story, {
    chain: moved,
  }),
  "unknown-transaction": online("a transaction nobody knows", "ANCHOR_UNPROVED", named, { chain: moved }),
  "other-contract": online("another contract's code", "ANCHOR_UNPROVED", story, {
    chain: { ...chain, codeHash: `0x${"12".repeat(32)}` },
  }),
  "no-day": online(
    "the day's seal left out",
    "ANCHOR_UNPROVED",
    changed(() => ({ days: [] })),
    { chain },
  ),
  stale: online("older than allowed", "STALE", story, { maxAgeMs: hourMs - 1 }),
  "just-in-time": online("exactly as old as allowed", "VALID_FINAL", story, { maxAgeMs: hourMs }),
  revoked: online("the lot was recalled", "REVOKED", story, { chain: recall(0) }),
  "chain-other-root": online("another root on chain", "FORK_DETECTED", story, {
    chain: {
      ...chain,
      finalized: { ...chain.finalized, head: { ...chain.finalized.head, root: "66".repeat(32) } },
    },
  }),
  "chain-other-seal": online("another seal on chain", "FORK_DETECTED", story, {
    chain: { ...chain, seals: { [today]: "55".repeat(32) } },
  }),
  "far-day": online("a day of the far future, which nobody sealed", "FORK_DETECTED", farDay()),
  "other-chain": online("an endpoint of another chain", "CHAIN_UNREACHABLE", story, {
    chain: { ...chain, chainId: 1 },
  }),
  "chain-down": online("nobody answers", "CHAIN_UNREACHABLE", story, { chain: "down" }),
  frozen: online("a frozen log says what it always said", "VALID_FINAL", story, { chain: flagged(1, 0) }),
  "retired-later": online("retired, and anchored on the last day that counts", "VALID_FINAL", story, {
    chain: flagged(3, today + 1),
  }),
  "retired-before": online("retired, and anchored after the last day that counts", "ANCHOR_UNPROVED", story, {
    chain: flagged(2, today),
  }),
  "absent-from-above": offline(
    "a stream the log has never seen, said to begin at 1",
    "TAMPERED",
    withStretch(lot, (stretch) => ({ ...stretch, from: 1 })),
  ),
  "no-date": offline(
    "other readings for a window whose time no calendar has",
    "TAMPERED",
    withWindowAt(Number.MAX_SAFE_INTEGER),
  ),
  "offline-stale": offline("offline, and older than allowed", "STALE", story, {
    ...{ maxAgeMs: hourMs, nowMs: anchored + hourMs + 1 },
  }),
  "offline-in-time": offline("offline, and exactly as old as allowed", "VALID_PROVISIONAL", story, {
    ...{ maxAgeMs: hourMs, nowMs: anchored + hourMs },
  }),
  "offline-no-clock": offline("offline, where nobody knows what time it is", "STALE", story, {
    maxAgeMs: hourMs,
  }),
  "stale-by-clock": online("an endpoint that hangs behind", "STALE", story, {
    ...{ maxAgeMs: hourMs, nowMs: anchored + hourMs + 1 },
  }),
  "upper-case-log": online("a trust file in upper case", "VALID_FINAL", named, {
    ...{ chain: sent, trust: inUpperCase },
  }),
  "held-alike": offline("held against its own checkpoint", "VALID_PROVISIONAL", story, {
    held: story.bundle.checkpoint,
  }),
  "held-day": offline("held against the day's checkpoint", "VALID_PROVISIONAL", story, {
    held: atTheSeal().bundle.checkpoint.replaceAll("\n", "\r\n"),
  }),
  "held-fork": offline("held against another history of that size", "FORK_DETECTED", story, {
    held: otherHistory(),
  }),
  "held-other-size": offline("held against a size that nothing joins to it", "ANCHOR_UNPROVED", story, {
    held: ofCode(chinaPack).bundle.checkpoint,
  }),
};

const dir = process.argv[2] ?? goldenDir(1);
mkdirSync(dir, { recursive: true });
for (const [name, { result, ...input }] of Object.entries(made)) {
  const expected = await judge(input);
  if (expected.result !== result) throw new Error(`${name}: ${expected.result} instead of ${result}`);
  const { bundle, ...rest } = input;
  writeFileSync(join(dir, `${name}.bundle.json`), bundle, { flag: "wx" });
  writeFileSync(join(dir, `${name}.json`), `${JSON.stringify({ ...rest, expected }, null, 1)}\n`, {
    flag: "wx",
  });
}
