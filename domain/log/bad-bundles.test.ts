import { describe, expect, it } from "vitest";
import { example } from "#test/golden/stories.ts";
import { type GoldenChain, rpcOf } from "#test/support/golden-chain.ts";
import { packMonth } from "#test/support/pack-month.ts";
import type { Bundle } from "./bundle.ts";
import type { Rpc } from "./chain-view.ts";
import { verifyBundle } from "./verify.ts";

/** Every bad input that the plan names for bundles and endpoints: each ends in its own result, none in a crash. */
const { bundle, trust, chain } = example();
const text = JSON.stringify(bundle);
const code = bundle.subject;
const resultOf = async (bad: string, rpc: Rpc = rpcOf(chain)) =>
  (await verifyBundle(bad, { trust, code, rpc })).result;

/** A log that is large enough for paths of several hashes. */
const large = packMonth({ days: 2, others: 40 });
const resultOfLarge = async (bad: Bundle) => (await verifyBundle(JSON.stringify(bad), large)).result;

type Path = (hashes: string[]) => string[];
const other = "11".repeat(32);
const whole = large.bundle;
const path: Readonly<Record<string, (change: Path) => Bundle>> = {
  "the newest heads": (change) => ({
    ...whole,
    heads: { ...whole.heads, path: change([...whole.heads.path]) },
  }),
  "a day's heads": (change) => ({
    ...whole,
    days: whole.days.map((day) => ({ ...day, heads: { ...day.heads, path: change([...day.heads.path]) } })),
  }),
  "a stream in the heads": (change) => ({
    ...whole,
    streams: whole.streams.map((one) => ({
      ...one,
      head: { ...one.head, siblings: change([...one.head.siblings]) },
    })),
  }),
};
const proofChanges: readonly [string, Path][] = [
  ["truncated", (hashes) => hashes.slice(0, -1)],
  ["without its first", (hashes) => hashes.slice(1)],
  ["empty", () => []],
  ["reordered", ([first = "", second = "", ...rest]) => [second, first, ...rest]],
  ["turned round", (hashes) => hashes.toReversed()],
  ["duplicated", (hashes) => [...hashes, ...hashes]],
  ["extended", (hashes) => [...hashes, other]],
];
const hashChanges: readonly [string, Path][] = [
  ["31 bytes", (hashes) => ["11".repeat(31), ...hashes.slice(1)]],
  ["33 bytes", (hashes) => ["11".repeat(33), ...hashes.slice(1)]],
];

describe.each(Object.entries(path))("C6: the proof of %s", (_what, put) => {
  it("as it is: VALID_PROVISIONAL, by several hashes", async () => {
    const lengths: number[] = [];
    const same = put((hashes) => {
      lengths.push(hashes.length);
      return hashes;
    });
    expect(await resultOfLarge(same)).toBe("VALID_PROVISIONAL");
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(3);
  });

  it.each(proofChanges)("%s: BAD_PATH", async (_how, change) => {
    expect(await resultOfLarge(put(change))).toBe("BAD_PATH");
  });

  it.each(hashChanges)("with a hash of %s: MALFORMED", async (_how, change) => {
    expect(await resultOfLarge(put(change))).toBe("MALFORMED");
  });
});

describe("a bundle", () => {
  const put = (from: string | RegExp, to: string) => {
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    return changed;
  };
  const withSize = (size: string) => put(/(coldmark\.test\/log\\n)\d+\\n/, `$1${size}\\n`);

  it("holds as it is", async () => {
    expect(await resultOf(text)).toBe("VALID_FINAL");
  });

  it.each<[string, string, string]>([
    ["a hash of 0 bytes", "MALFORMED", put(/"path":\["[0-9a-f]{64}"/, '"path":[""')],
    ["a wrong index: its seq is another's", "BAD_PATH", put(/("heads":\{"seq":)\d+/, "$17")],
    ["a day of another size, whose path is as long", "FORK_DETECTED", put('"size":3', '"size":5')],
    ["a size above 2^53 in a day", "MALFORMED", put('"size":3', '"size":9007199254740993')],
    ["a size above 2^53 that nobody signed", "BAD_SIGNATURE", withSize("9007199254740993")],
    ["a size of 2^64", "MALFORMED", withSize("18446744073709551616")],
    ["a size of 0", "BAD_SIGNATURE", withSize("0")],
    ["a key twice", "MALFORMED", put('"v":1', '"v":1,"v":1')],
    ["a level more", "MALFORMED", put('"heads":{', '"heads":{"heads":{},')],
    ["base64 with its padding cut", "MALFORMED", put("=\\n\\n", "\\n\\n")],
    ["base64 with bits that nothing needs", "MALFORMED", put("SOtI0VM=", "SOtI0VN=")],
    ["url-safe base64", "MALFORMED", put("Ffv+zScc", "Ffv-zScc")],
    ["10 MB of nesting", "MALFORMED", `${text.slice(0, -1)},"more":${"[".repeat(10_000_000)}`],
    ["another name of a member that was committed to", "TAMPERED", put('"body":{"step"', '"body":{"first"')],
    ["a half", "MALFORMED", text.slice(0, text.length / 2)],
  ])("with %s: %s", async (_what, result, bad) => {
    expect(await resultOf(bad)).toBe(result);
  });
});

describe("C10: an endpoint", () => {
  const honest = rpcOf(chain);
  const lying =
    (method: string, answer: unknown): Rpc =>
    async (asked, params) =>
      asked === method ? answer : await honest(asked, params);
  const forked: GoldenChain = {
    ...chain,
    finalized: { ...chain.finalized, head: { ...chain.finalized.head, root: "66".repeat(32) } },
  };
  const halfWords: Rpc = async (method, params) =>
    method === "eth_call" && Object.hasOwn(params[0] as object, "to") ? "0x12" : await honest(method, params);
  const word = "f".repeat(64);

  it.each<[string, string, Rpc]>([
    ["fails", "CHAIN_UNREACHABLE", () => Promise.reject(new Error("429"))],
    ["answers with a page", "CHAIN_UNREACHABLE", async () => "<html>"],
    ["answers nothing", "CHAIN_UNREACHABLE", async () => null],
    ["is of another chain", "CHAIN_UNREACHABLE", lying("eth_chainId", "0x1")],
    ["gives blocks without a time", "CHAIN_UNREACHABLE", lying("eth_getBlockByNumber", {})],
    ["gives half a word", "CHAIN_UNREACHABLE", halfWords],
    ["has another contract there", "ANCHOR_UNPROVED", lying("eth_call", `0x${word.repeat(5)}`)],
    ["is on a fork", "FORK_DETECTED", rpcOf(forked)],
    ["names a time beyond all time", "CHAIN_UNREACHABLE", atTheEndOfTime()],
  ])("that %s: %s", async (_what, result, rpc) => {
    expect(await resultOf(text, rpc)).toBe(result);
  });

  it.each<[string, string, Rpc]>([
    ["fails", "could not be asked: 429", () => Promise.reject(new Error("429"))],
    ["answers with a page", "could not be asked: a number was expected", async () => "<html>"],
    ["is of another chain", "speaks for another chain", lying("eth_chainId", "0x1")],
  ])("that %s is told as that: %s", async (_what, words, rpc) => {
    const { reasons } = await verifyBundle(text, { trust, code, rpc });
    expect(reasons).toEqual([expect.stringContaining(words)]);
  });

  /** Its head is ours, but was set so late that asking for every day's seal since would not end. */
  function atTheEndOfTime(): Rpc {
    const { root, size } = chain.latest.head;
    const late = { root, size, anchoredAt: 1_000 * 2 ** 39 };
    return rpcOf({
      ...chain,
      finalized: { ...chain.finalized, head: late },
      latest: { ...chain.latest, head: late },
    });
  }
});
