import { describe, expect, it } from "vitest";
import { type GoldenChain, rpcOf } from "#test/support/golden-chain.ts";
import { TestLog } from "#test/support/test-log.ts";
import { bytesOf } from "#test/support/write-tiles.ts";
import { toHex } from "./bytes.ts";
import { formatCheckpoint, signCheckpoint } from "./checkpoint.ts";
import { NO_PREVIOUS, streamOf } from "./entry.ts";
import { leafHash, treeRoot } from "./merkle.ts";
import { type LogCopy, replayLog } from "./replay-log.ts";

const origin = "coldmark.test/log";
const at = Date.UTC(2026, 0, 5, 8);
const pack = "https://id.gs1.org/01/06901234567892/21/A1";
const other = "https://id.gs1.org/01/06901234567892/21/B2";
type Row = TestLog["rows"][number];

/** Eight entries: two streams, and a heads entry after every third. */
function aLog(): TestLog {
  const log = new TestLog();
  for (const subject of [pack, other, pack]) log.append(subject, "event", { from: at, to: at }, { subject });
  log.close(at);
  for (const subject of [other, other, pack]) log.append(subject, "event", { from: at, to: at }, { subject });
  log.close(at + 1000);
  return log;
}

const rootOf = (bytes: readonly Uint8Array[]) => treeRoot(bytes.map((one) => leafHash(one)));

function noteOf(log: TestLog, bytes: readonly Uint8Array[]): string {
  const body = formatCheckpoint({ origin, size: BigInt(bytes.length), root: rootOf(bytes) });
  return signCheckpoint(body, { name: origin, privateKey: log.privateKey });
}

/** A copy signed as it is, so that only the log's own rules tell; `note` for one that was signed otherwise. */
function copyOf(log: TestLog, { isOpened = true, note = "" } = {}): LogCopy {
  const bytes = bytesOf(log);
  async function* entries(size: number) {
    for (const [index, one] of bytes.slice(0, size).entries())
      yield { bytes: one, opening: isOpened ? (log.rows[index] as Row).opening : null };
  }
  return { note: note || noteOf(log, bytes), entries };
}

/** A chain whose head is the first entries of a log. */
function chainOf(log: TestLog, { latest = 8, finalized = 8, root = "" } = {}): GoldenChain {
  const headAt = (size: number) => ({
    number: 9,
    at: at + 9000,
    head: { size, root: root || toHex(rootOf(bytesOf(log).slice(0, size))), anchoredAt: at + 1000 * size },
  });
  const { chainId, codeHash } = log.trust;
  const heads = { latest: headAt(latest), finalized: headAt(finalized) };
  return { chainId, codeHash, ...heads, seals: {}, revocations: {}, transactions: {} };
}

const change = (index: number, row: Partial<Row>) => (log: TestLog) => {
  log.rows[index] = { ...(log.rows[index] as Row), ...row };
};

describe("a whole log read again", () => {
  it("holds offline, with every heads entry recomputed where it is opened", async () => {
    const log = aLog();
    const opened = await replayLog(copyOf(log), { trust: log.trust });
    expect(opened).toMatchObject({
      result: "VALID_PROVISIONAL",
      count: { entries: 8, streams: 3, headsChecked: 2 },
    });
    const closed = await replayLog(copyOf(log, { isOpened: false }), { trust: log.trust });
    expect(closed).toMatchObject({ result: "VALID_PROVISIONAL", count: { headsChecked: 0, headsClosed: 2 } });
  });

  it.each<[string, string, RegExp, (log: TestLog) => void]>([
    ["a second (stream, seq)", "FORK_DETECTED", /is a second entry 0 of stream/, change(4, { seq: 0 })],
    ["an entry left out", "FORK_DETECTED", /is entry 2 of stream .*, where 1 follows/, change(4, { seq: 2 })],
    ["a wrong prev", "FORK_DETECTED", /does not follow entry 0/, change(4, { prev: "11".repeat(32) })],
    [
      "a first entry that follows something",
      "FORK_DETECTED",
      /does not follow entry -1/,
      change(0, { prev: "11".repeat(32) }),
    ],
    [
      "a stream put under another name",
      "FORK_DETECTED",
      /another root than the streams before it have/,
      change(4, { stream: streamOf("urn:coldmark:none"), seq: 0, prev: NO_PREVIOUS }),
    ],
    ["an entry that is none", "MALFORMED", /not an entry in canonical form/, change(4, { seq: -1 })],
    [
      "a heads entry opened wrongly",
      "TAMPERED",
      /its opening does not open/,
      (log) => {
        const last = log.rows[7] as Row;
        Object.defineProperty(last.opening, "body", { get: wrongAfterFirst(last.opening.body) });
      },
    ],
  ])("refuses %s: %s", async (_what, result, words, spoil) => {
    const log = aLog();
    spoil(log);
    const outcome = await replayLog(copyOf(log), { trust: log.trust });
    expect(outcome.result).toBe(result);
    expect(outcome.reasons.join("\n")).toMatch(words);
  });

  it("is TAMPERED where its entries are not those that were signed", async () => {
    const log = aLog();
    const note = noteOf(log, bytesOf(log));
    change(6, { prev: "22".repeat(32) })(log);
    expect((await replayLog(copyOf(log, { note }), { trust: log.trust })).result).toBe("TAMPERED");
  });

  it("needs a key of the trust file, and its log", async () => {
    const log = aLog();
    expect((await replayLog(copyOf(log), { trust: new TestLog().trust })).result).toBe("KEY_UNKNOWN");
    const elsewhere = { ...log.trust, logId: `0x${"33".repeat(32)}` };
    expect((await replayLog(copyOf(log), { trust: elsewhere })).result).toBe("KEY_UNKNOWN");
  });

  it.each<[string, string, Parameters<typeof chainOf>[1]]>([
    ["final as far as the chain's final head goes", "VALID_FINAL", { finalized: 4 }],
    ["provisional by a newest head alone", "VALID_PROVISIONAL", { finalized: 0 }],
    ["of another history than the chain's", "FORK_DETECTED", { root: "44".repeat(32) }],
    ["not on the chain", "NOT_ANCHORED_YET", { finalized: 0, latest: 0 }],
    ["older than the chain", "ANCHOR_UNPROVED", { finalized: 9, latest: 9 }],
  ])("is %s: %s", async (_what, result, chain) => {
    const log = aLog();
    const outcome = await replayLog(copyOf(log), { trust: log.trust, rpc: rpcOf(chainOf(log, chain)) });
    expect(outcome.result).toBe(result);
  });

  it("of a retired log counts up to the last day that its admin names, and no further", async () => {
    const log = aLog();
    const chain = chainOf(log);
    const retired = (day: number): GoldenChain => {
      const flagged = (block: GoldenChain["latest"]) => ({ ...block, head: { ...block.head, flags: 2 } });
      const heads = { latest: flagged(chain.latest), finalized: flagged(chain.finalized) };
      return { ...chain, ...heads, retirement: { day } };
    };
    const today = Math.floor(at / 86_400_000);
    const replayed = (day: number) => replayLog(copyOf(log), { trust: log.trust, rpc: rpcOf(retired(day)) });
    expect(await replayed(today)).toMatchObject({
      result: "VALID_FINAL",
      reasons: ["8 of 8 entries are on the chain", expect.stringContaining("was retired")],
    });
    expect(await replayed(today - 1)).toMatchObject({
      result: "ANCHOR_UNPROVED",
      asOf: null,
      reasons: [expect.stringContaining("the last that counts")],
    });
  });

  it("must go on from a checkpoint that was handed in", async () => {
    const log = aLog();
    const held = { size: 4n, root: rootOf(bytesOf(log).slice(0, 4)) };
    const given = { trust: log.trust };
    expect((await replayLog(copyOf(log), { ...given, held })).result).toBe("VALID_PROVISIONAL");
    const another = { size: 4n, root: rootOf(bytesOf(aLog()).slice(0, 4)) };
    expect((await replayLog(copyOf(log), { ...given, held: another })).result).toBe("FORK_DETECTED");
    expect((await replayLog(copyOf(log), { ...given, held: { ...held, size: 9n } })).result).toBe(
      "ANCHOR_UNPROVED",
    );
  });
});

/** The bytes are made from the right body, what opens them shows another. */
function wrongAfterFirst(body: unknown): () => unknown {
  let asked = 0;
  return () => {
    asked += 1;
    return asked <= 2 ? body : { root: "55".repeat(32) };
  };
}
