/**
 * Whoever holds a bundle can put an entry's commitment, or its header alone, in the place of the entry: every proof still
 * holds, without a key. Each attack stands beside the honest bundle, and both verifiers see both.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Bundle, Stretch, StretchEntry } from "#domain/log/bundle.ts";
import { toHex } from "#domain/log/bytes.ts";
import { revocationSubject, sealDigest } from "#domain/log/chain-view.ts";
import { commitmentOf, saltedHash, streamOf } from "#domain/log/entry.ts";
import { verifyBundle } from "#domain/log/verify.ts";
import { at, ColdNetwork, cold, end, hourMs, pack, product, start } from "#test/support/cold-network.ts";
import { type GoldenChain, rpcOf } from "#test/support/golden-chain.ts";
import { askPythonVerifier, type PythonOutcome, startEndpoints } from "#test/support/python-verifier.ts";
import { tellAnswer } from "./tell-answer.ts";

const lot = `${product}/10/L1`;
const withLot = "(01)06901234567892(10)L1(21)A1";
const withOtherLot = withLot.replace("L1", "L2");

type Change = (bundle: Bundle) => void;

/** What is done to a bundle, and what its verifier is given. */
interface Given {
  readonly change?: Change;
  readonly code?: string;
  readonly revocation?: string;
  /** When the tree was closed, where the chain is asked for a log with seals (epoch ms). */
  readonly closedAt?: number;
}
/** `ended` is the result, then the state and a reason for it that must be given, where there are any. */
type Case = readonly [what: string, ended: string, log: ColdNetwork, given?: Given];

function stretchOf(
  { streams }: Bundle,
  subject: string,
): { entries: StretchEntry[] } & Omit<Stretch, "entries"> {
  const found = streams.find(({ stream }) => stream === streamOf(subject));
  if (found === undefined) throw new Error("the bundle has no such stream");
  return found as ReturnType<typeof stretchOf>;
}

const replaced =
  (subject: string, seq: number, by: (entry: StretchEntry) => StretchEntry): Change =>
  (bundle) => {
    const { entries } = stretchOf(bundle, subject);
    entries[seq] = by(entries[seq] as StretchEntry);
  };

/** In the entry's place its commitment. */
const hide = (subject: string, seq: number) =>
  replaced(subject, seq, (entry) => ({ commit: commitmentOf(opened(entry)) }));
/** In the entry's place its header, as if its content had been erased. */
const erase = (subject: string, seq: number) =>
  replaced(subject, seq, (entry) => {
    const { salt, header, bodySalt, body } = opened(entry);
    return { salt, header: { ...header, body: saltedHash(bodySalt, body) } };
  });
const leaveOut =
  (subject: string): Change =>
  (bundle) =>
    Object.assign(bundle, { streams: bundle.streams.filter(({ stream }) => stream !== streamOf(subject)) });
const all =
  (...changes: readonly Change[]): Change =>
  (bundle) =>
    changes.forEach((change) => void change(bundle));

function opened(entry: StretchEntry) {
  if (!("bodySalt" in entry)) throw new Error("there is nothing to hide");
  return entry;
}

/** A pack that lay in a cold refrigerator: entry 0 of its stream names the lot. */
function made(then: (log: ColdNetwork) => void = () => {}): ColdNetwork {
  const log = new ColdNetwork();
  log.fridge(cold, () => 5000);
  log.made();
  then(log);
  return log;
}

const recall = (log: ColdNetwork) => void log.append(lot, "recall", at(start + hourMs), { reason: 1 });
const lifted = (log: ColdNetwork) => void log.append(lot, "recall-lifted", at(start + 2 * hourMs), {});
const sale = (log: ColdNetwork) => log.event({ step: "dispensing" }, start + 3 * hourMs);
const seen = (log: ColdNetwork) => log.event({}, start + 3 * hourMs);
/** A pack of which nobody stated a lot; its bundle shows the stream of L1 all the same. */
function labelled(then: (log: ColdNetwork) => void = () => {}): ColdNetwork {
  const log = new ColdNetwork();
  seen(log);
  then(log);
  return log;
}
/** A bundle of it that doesn't: it was asked for by the bare code. */
function unnamed(then: (log: ColdNetwork) => void = () => {}): ColdNetwork {
  const log = labelled(then);
  log.subjects.splice(1, 1);
  return log;
}

const recalled = made(recall);
const sold = made(sale);
const soldTwice = made((log) => [sale, sale].forEach((one) => void one(log)));
const seenFirst = new ColdNetwork();
seen(seenFirst);
seenFirst.made();

const liftedAfter = made((log) => [recall, lifted].forEach((one) => void one(log)));
const soldTwiceBeside = made((log) => [seen, sale, sale].forEach((one) => void one(log)));
const [valid, notShown] = ["VALID_PROVISIONAL", "VALID_PROVISIONAL UNKNOWN STATEMENTS_NOT_SHOWN"];

const ofTheLot: Case[] = [
  ["a recall that is shown", `${valid} RECALLED LOT_RECALLED`, recalled],
  ["a recall not shown", notShown, recalled, { change: hide(lot, 0) }],
  ["a recall by its header", `${valid} RECALLED`, recalled, { change: erase(lot, 0) }],
  ["a recall lifted", `${valid} IN_TRADE NOT_SOLD_YET`, liftedAfter],
  ["a recall whose lifting is not shown", `${valid} RECALLED`, liftedAfter, { change: hide(lot, 1) }],
];
const ofTheSale: Case[] = [
  ["a sale that is shown", `${valid} SOLD SOLD_ONCE`, sold],
  ["a sale not shown", notShown, sold, { change: hide(pack, 1) }],
  ["a sale by its header", notShown, sold, { change: erase(pack, 1) }],
  ["a second sale not shown", notShown, soldTwice, { change: hide(pack, 2) }],
  [
    "two sales beside what is not shown",
    `${valid} SOLD_SEVERAL_TIMES`,
    soldTwiceBeside,
    { change: hide(pack, 1) },
  ],
];
const nameHidden = hide(pack, 0);
const lotHiddenToo = all(nameHidden, leaveOut(lot));
const ofItsName: Case[] = [
  ["what names the lot not shown", "BAD_PATH", recalled, { change: nameHidden }],
  ["what names the lot by its header", "BAD_PATH", recalled, { change: erase(pack, 0) }],
  ["neither that nor the lot's stream shown", "BAD_PATH", recalled, { change: lotHiddenToo }],
  ["an entry before what names the lot not shown", "BAD_PATH", seenFirst, { change: nameHidden }],
  ["an entry after that not shown", notShown, made(seen), { change: hide(pack, 1) }],
  ["the code's lot, its recall shown", `${valid} RECALLED`, recalled, { change: nameHidden, code: withLot }],
  ["the code's lot, nothing of the pack shown", notShown, made(), { change: nameHidden, code: withLot }],
  ["the code's lot, its stream left out", "BAD_PATH", recalled, { change: lotHiddenToo, code: withLot }],
  ["the code's lot, as the bundle has it", `${valid} IN_TRADE`, made(), { code: withLot }],
  ["another lot than the code's", "SUBJECT_MISMATCH", made(), { code: withOtherLot }],
];
const ofTheLabel: Case[] = [
  ["a lot that only the code tells, its stream left out", notShown, unnamed(), { code: withLot }],
  ["that, where the lot is recalled", notShown, unnamed(recall), { code: withLot }],
  ["that, by a code without a lot", `${valid} IN_TRADE`, unnamed(recall)],
  ["a lot that only the code tells, proved absent", `${valid} IN_TRADE`, labelled(), { code: withLot }],
  ["a lot that only the code tells, recalled", `${valid} RECALLED`, labelled(recall), { code: withLot }],
  ["that, its recall not shown", notShown, labelled(recall), { code: withLot, change: hide(lot, 0) }],
  ["that, by a code with another lot", notShown, labelled(recall), { code: withOtherLot }],
];
const revocation = revocationSubject("06901234567892", "L1");
const onChain: Case[] = [
  ["a lot revoked on chain", "REVOKED IN_TRADE", made(), { revocation }],
  ["what names a revoked lot not shown", "BAD_PATH", made(), { change: nameHidden, revocation }],
  [
    "that, by a code with the lot",
    "REVOKED UNKNOWN",
    made(),
    { change: nameHidden, code: withLot, revocation },
  ],
  ["a revoked lot that only the code tells", "REVOKED UNKNOWN", unnamed(), { code: withLot, revocation }],
  ["a revoked lot that nobody tells", "VALID_FINAL IN_TRADE", unnamed(), { revocation }],
];

const dayMs = 24 * hourMs;
const firstDay = Math.floor(start / dayMs);
const closedAt = start + 10 * dayMs;
/** A pack that was made on the first day and seen five days later; seals of the days before, between and after. */
function sealed(seals: readonly number[]): ColdNetwork {
  const log = new ColdNetwork();
  log.fridge(cold, () => 5000);
  const seal = (after: number) =>
    seals.includes(after) && log.sealDay(firstDay + after, start + after * dayMs + 5 * hourMs);
  seal(-2);
  seal(-1);
  log.made();
  seal(0);
  seal(2);
  log.event({}, start + 5 * dayMs);
  seal(5);
  return log;
}
const dropped =
  (...gone: readonly number[]): Change =>
  (bundle) =>
    Object.assign(bundle, { days: bundle.days.filter(({ day }) => !gone.includes(day - firstDay)) });
const [old, oldest] = [sealed([-2, -1, 0, 2, 5]), sealed([0, 2, 5])];
const hiddenAnd = (...changes: readonly Change[]): Given => ({
  ...{ change: all(nameHidden, ...changes), code: withLot, closedAt },
});
const [finalHidden, unproved] = ["VALID_FINAL UNKNOWN STATEMENTS_NOT_SHOWN", "ANCHOR_UNPROVED UNKNOWN"];
const ofTheSeals: Case[] = [
  [
    "seals from before the first statement on",
    "VALID_FINAL IN_TRADE",
    old,
    { change: dropped(-2), closedAt },
  ],
  ["these, the first statement not shown", finalHidden, old, hiddenAnd(dropped(-2))],
  ["that, its days left out", unproved, old, hiddenAnd(dropped(-2, -1, 0))],
  ["that, the seal before it left out", unproved, old, hiddenAnd(dropped(-2, -1))],
  ["that, a day left out after the seal before it", unproved, old, hiddenAnd(dropped(0))],
  ["the first statement not shown, in a log sealed since then", finalHidden, oldest, hiddenAnd()],
  ["that, the log's first seal left out", unproved, oldest, hiddenAnd(dropped(0))],
];

const every = [...ofTheLot, ...ofTheSale, ...ofItsName, ...ofTheLabel, ...onChain, ...ofTheSeals];
const cases = every.map(([what, ended, log, given = {}]) => {
  const { revocation, closedAt } = given;
  const bundle = log.bundle(pack, log.subjects, log.close(closedAt ?? end));
  given.change?.(bundle);
  const isAsked = revocation !== undefined || closedAt !== undefined;
  const chain = isAsked ? chainOf(log, bundle, given) : null;
  return { what, ended, trust: log.trust, code: given.code ?? pack, text: JSON.stringify(bundle), chain };
});

/** The chain that holds a bundle's tree, the log's seals, and one revocation. */
function chainOf({ trust, days }: ColdNetwork, { checkpoint }: Bundle, given: Given): GoldenChain {
  const anchoredAt = given.closedAt ?? end;
  const [, size, base64 = ""] = checkpoint.split("\n");
  const head = { size: Number(size), root: Buffer.from(base64, "base64").toString("hex"), anchoredAt };
  const block = { number: 9, at: anchoredAt, head };
  const { chainId, codeHash } = trust;
  const revocations =
    given.revocation === undefined ? {} : { [given.revocation]: { since: start, until: 0 } };
  const seals = Object.fromEntries(
    [...days].map(([day, { at, tree }]) => [
      day,
      sealDigest({ size: tree.size, root: toHex(tree.root), anchoredAt: at }),
    ]),
  );
  return { chainId, codeHash, latest: block, finalized: block, seals, revocations, transactions: {} };
}

describe("a statement that a bundle does not show", () => {
  let python: PythonOutcome[];
  let endpoints: Awaited<ReturnType<typeof startEndpoints>>;
  beforeAll(async () => {
    endpoints = await startEndpoints(cases.map(({ chain }) => (chain === null ? null : rpcOf(chain))));
    const asked = cases.map(({ text, trust, code, chain }, index) => ({
      ...{ text, trust: JSON.stringify(trust), code, rpc: chain === null ? null : endpoints.urlOf(index) },
    }));
    python = await askPythonVerifier(asked);
  });
  afterAll(async () => endpoints?.stop());

  it.each(cases.map((one, index) => ({ ...one, index })))(
    "$what: $ended",
    async ({ index, ended, ...given }) => {
      const [expected, state, why] = ended.split(" ");
      const { result, answer } = await told(given);
      const theirs = python[index] as PythonOutcome;
      expect([result, theirs.result]).toEqual([expected, expected]);
      expect(answer?.state.state).toBe(state);
      const codes = answer?.state.reasons.map(({ code }) => code) ?? [];
      if (why !== undefined) expect(codes).toContain(why);
      if (state === "UNKNOWN") expect(codes.filter((one) => /^(NOT_)?SOLD_/.test(one))).toEqual([]);
      // A refused anchor has one reason there, the refusal's own.
      if (expected === "ANCHOR_UNPROVED") return;
      expect(theirs.reason.includes("is not shown")).toBe(
        codes.some((one) => one === "STATEMENTS_NOT_SHOWN"),
      );
    },
  );

  it("leaves a code unknown without saying that nobody ever saw it", async () => {
    const { answer } = await told(cases.find(({ what }) => what.includes("nothing of the pack"))!);
    expect(answer?.known).toEqual({ state: "UNKNOWN", reasons: [{ code: "STATEMENTS_NOT_SHOWN" }] });
  });
});

async function told({ trust, code, text, chain }: Omit<(typeof cases)[number], "what" | "ended">) {
  const rpc = chain === null ? {} : { rpc: rpcOf(chain) };
  const { result, asOf, reasons, contents } = await verifyBundle(text, { trust, code, ...rpc });
  const how = { code, view: "public", result, asOf, reasons, chainClass: trust.chainClass } as const;
  return { result, answer: contents === null ? null : tellAnswer(contents, how) };
}
