/** The attacks of docs/roadmap.md's list that need no running parts, each by its name and with the honest case beside it. */
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Bundle } from "#domain/log/bundle.ts";
import { toHex } from "#domain/log/bytes.ts";
import { type Rpc, revocationSubject, sealDigest } from "#domain/log/chain-view.ts";
import { streamOf } from "#domain/log/entry.ts";
import { verifyBundle } from "#domain/log/verify.ts";
import { ColdNetwork, cold, end, hourMs, pack, start } from "#test/support/cold-network.ts";
import { type GoldenChain, keccakTopic, rpcOf } from "#test/support/golden-chain.ts";
import type { Answer } from "./answer.ts";

const dayMs = 24 * hourMs;
const hour = start + hourMs;
const five = () => 5000;
const twelve = (ts: number) => (ts >= hour && ts < hour + hourMs ? 12_000 : 5000);
const seen = ({ cold: { state, reasons } }: Answer) => [state, reasons.map(({ code }) => code)];
const day = Math.floor(start / dayMs);

function honest(weather: (ts: number) => number | null = five, log = new ColdNetwork()) {
  const roster = log.fridge(cold, weather);
  log.made();
  return { log, roster };
}

/** The log that the operator would rather have had, signed by the real one's key, so that only the chain can tell. */
function rewritten(real: ColdNetwork): ColdNetwork {
  const bytes = (length: number) => (length === 32 ? real.privateKey : randomBytes(length));
  return honest(five, new ColdNetwork(bytes)).log;
}

interface Standing {
  readonly revoked?: string;
  /** The transaction that anchored this bundle's state, when the head moved on since. */
  readonly movedOn?: boolean;
}

const secondContract = `0x${"22".repeat(20)}`;
const isOf = (contract: string, [first]: readonly unknown[]) =>
  (first as { to?: string } | undefined)?.to === contract;
const tx = `0x${"ab".repeat(32)}`;

/** The chain after a bundle's state was anchored at `now`. */
function chainOf(
  log: ColdNetwork,
  bundle: Bundle,
  now: number,
  { revoked, movedOn = false }: Standing = {},
): GoldenChain {
  const [, size = "0", base64 = ""] = bundle.checkpoint.split("\n");
  const root = Buffer.from(base64, "base64").toString("hex");
  const head = movedOn
    ? { root: "77".repeat(32), size: Number(size) + 9, anchoredAt: now + 30 * dayMs }
    : { root, size: Number(size), anchoredAt: now };
  const block = { number: 9, at: head.anchoredAt, head };
  const { contract: address, logId } = log.trust;
  const anchored = keccakTopic("Anchored(bytes32,uint48,bytes32)");
  const sizeTopic = `0x${Number(size).toString(16).padStart(64, "0")}`;
  const digests = [...log.days].map(([which, { at: anchoredAt, tree }]) => [
    which,
    sealDigest({ size: tree.size, root: toHex(tree.root), anchoredAt }),
  ]);
  return {
    ...{ chainId: log.trust.chainId, codeHash: log.trust.codeHash, latest: block, finalized: block },
    seals: Object.fromEntries(digests),
    revocations: revoked === undefined ? {} : { [revoked]: { since: now, until: 0 } },
    transactions: {
      [tx]: { block: 5, log: { address, topics: [anchored, logId, sizeTopic], data: `0x${root}` } },
    },
  };
}

const check = (log: ColdNetwork, bundle: Bundle, rpc: Rpc, code = pack) =>
  verifyBundle(JSON.stringify(bundle), { trust: log.trust, code, rpc }).then(({ result }) => result);
const bundleOf = (log: ColdNetwork, now = end) => log.bundle(pack, log.subjects, log.close(now));

describe("a second stream for a code", () => {
  it("is a FORK where the day's seal is shown, and unproved where it is left out", async () => {
    const { log } = honest();
    log.sealDay(day, end);
    const before = bundleOf(log, end + dayMs);
    expect(await check(log, before, rpcOf(chainOf(log, before, end + dayMs)))).toBe("VALID_FINAL");
    const own = log.rows.filter(({ stream }) => stream === streamOf(pack));
    for (const row of own) log.rows.splice(log.rows.indexOf(row), 1, { ...row, stream: "00".repeat(32) });
    log.made();
    const again = bundleOf(log, end + dayMs);
    const rpc = rpcOf(chainOf(log, again, end + dayMs));
    expect(await check(log, again, rpc)).toBe("FORK_DETECTED");
    expect(await check(log, { ...again, days: [] }, rpc)).toBe("ANCHOR_UNPROVED");
  });

  it("under another spelling of the code is SUBJECT_MISMATCH", async () => {
    const { log } = honest();
    const other = pack.replace("https://id.gs1.org", "https://coldmark.example");
    log.event(
      { step: "commissioning", action: "ADD", place: streamOf(cold), placeKind: "equipment" },
      start,
      start,
      other,
    );
    const bundle = log.bundle(other, log.subjects, log.close(end));
    expect(await check(log, bundle, rpcOf(chainOf(log, bundle, end)))).toBe("SUBJECT_MISMATCH");
  });
});

describe("a month invented last night", () => {
  it("is sealed late in every window: NOT_DEMONSTRABLE", async () => {
    const { log } = honest();
    expect((await log.tell({ asOf: end + 31 * hourMs })).cold.state).toBe("COMPLIANT");
    const invented = await log.tell({ asOf: end + 30 * dayMs });
    expect(seen(invented)).toEqual(["NOT_DEMONSTRABLE", expect.arrayContaining(["SEALED_LATE"])]);
  });
});

describe("a reading dropped before sealing", () => {
  it("with its message leaves a hole in the sequence: NOT_DEMONSTRABLE", async () => {
    const { log, roster } = honest();
    log.window(cold, roster, hour, five, { kind: "late", missing: [[7, 7]] });
    expect(seen(await log.tell())).toEqual(["NOT_DEMONSTRABLE", ["SEQUENCE_HOLE"]]);
  });
});

describe("composed back-fill", () => {
  const silent = (ts: number) => (ts >= hour && ts < hour + hourMs ? null : 5000);

  it("that came within 72 h closes a gap (control), later it never does", async () => {
    const filled = (lagMs: number) => {
      const { log, roster } = honest(silent);
      log.window(cold, roster, hour, five, { kind: "late", lagMs });
      return log.tell();
    };
    expect(seen(await filled(71 * hourMs))).toEqual(["COMPLIANT", ["WITHIN_LIMITS"]]);
    expect(seen(await filled(73 * hourMs))).toEqual(["NOT_DEMONSTRABLE", ["READINGS_ARRIVED_LATE"]]);
  });

  it("over a warm hour leaves it warm", async () => {
    const { log, roster } = honest(twelve);
    log.window(cold, roster, hour, five, { kind: "late", lagMs: 10 * hourMs });
    expect(seen(await log.tell())).toEqual(["NOT_DEMONSTRABLE", ["READINGS_NOT_SHOWN"]]);
  });
});

describe("a second contract", () => {
  it("with a log of its own is never asked: the pinned one holds another root", async () => {
    const { log } = honest(twelve);
    const real = bundleOf(log);
    const pinned = chainOf(log, real, end);
    const forged = bundleOf(rewritten(log));
    const second = rpcOf(chainOf(log, forged, end));
    const rpc: Rpc = (method, params) =>
      (isOf(secondContract, params) ? second : rpcOf(pinned))(method, params);
    expect(await check(log, real, rpc)).toBe("VALID_FINAL");
    expect(await check(log, forged, rpc)).toBe("FORK_DETECTED");
    const trust = { ...log.trust, contract: secondContract };
    const { result } = await verifyBundle(JSON.stringify(forged), { trust, code: pack, rpc });
    expect(result).toBe("VALID_FINAL"); // it is the trust file that pins the contract (control)
  });
});

describe("last month's bundle after a recall", () => {
  it("is REVOKED, though its own stretch knows of no recall", async () => {
    const { log } = honest();
    const bundle = { ...bundleOf(log), anchor: { tx } };
    const now = (standing: Standing) => rpcOf(chainOf(log, bundle, end, { ...standing, movedOn: true }));
    expect(await check(log, bundle, now({}))).toBe("VALID_FINAL");
    expect(await check(log, bundle, now({ revoked: revocationSubject("06901234567892", "L1") }))).toBe(
      "REVOKED",
    );
    expect(await check(log, bundle, now({ revoked: revocationSubject("06901234567892", "L2") }))).toBe(
      "VALID_FINAL",
    );
  });
});

describe("one bad extend by a stolen key", () => {
  it("takes nothing from what was anchored before, and proves nothing of its own story", async () => {
    const { log } = honest(twelve);
    log.sealDay(day, end);
    const before = { ...bundleOf(log, end + hourMs), anchor: { tx } };
    const chain = chainOf(log, before, end + hourMs, { movedOn: true });
    expect(await check(log, before, rpcOf(chain))).toBe("VALID_FINAL");
    const forged = { ...bundleOf(rewritten(log), end + hourMs), anchor: { tx } };
    expect(await check(log, forged, rpcOf(chain))).toBe("ANCHOR_UNPROVED");
  });
});
