import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type GoldenCase, type GoldenInput, goldenDir, judge, readGolden } from "#test/golden/cases.ts";
import { rpcOf } from "#test/support/golden-chain.ts";
import { changesOf } from "#test/support/mutate-json.ts";
import {
  askKit,
  askPythonVerifier,
  type PythonOutcome,
  runPythonVerifier,
  startEndpoints,
} from "#test/support/python-verifier.ts";
import { randomOf } from "#test/support/random.ts";
import { canonicalEpc } from "../codes/epc.ts";
import { parseCode } from "../codes/parse.ts";

/** Bundles of version 1 verify for ever, in our verifier and in one that shares no code with it. */
const golden = readGolden(1);
const found = (name: string) => golden.find((one) => one.name === name) as GoldenCase;

/** What the Python verifier says of each case; its chain is asked over HTTP, as anyone's would be. */
async function pythonOf(cases: readonly GoldenInput[]): Promise<PythonOutcome[]> {
  const chains = cases.map(({ chain }) => (chain === null || chain === "down" ? null : rpcOf(chain)));
  const endpoints = await startEndpoints(chains);
  const checks = cases.map(({ bundle, chain, ...given }, index) => ({
    ...{ ...given, text: bundle, rpc: chain === null ? null : endpoints.urlOf(index) },
  }));
  return await askPythonVerifier(checks).finally(endpoints.stop);
}

describe("golden bundles of version 1", () => {
  let python: PythonOutcome[] = [];
  beforeAll(async () => {
    python = await pythonOf(golden);
  });

  it("reach every result of design §5", () => {
    const results = new Set(golden.map(({ expected }) => expected.result));
    expect([...results].sort()).toEqual(
      [
        ...["VALID_FINAL", "VALID_PROVISIONAL", "NOT_ANCHORED_YET", "ANCHOR_UNPROVED", "STALE", "REVOKED"],
        ...["KEY_UNKNOWN", "SUBJECT_MISMATCH", "TAMPERED", "BAD_PATH", "BAD_SIGNATURE", "FORK_DETECTED"],
        ...["CHAIN_UNREACHABLE", "MALFORMED"],
      ].sort(),
    );
  });

  it.each(golden)("$name: $expected.result", async ({ expected, ...input }) => {
    expect(await judge(input)).toEqual(expected);
    const { result, asOf } = python[golden.findIndex(({ name }) => name === input.name)] as PythonOutcome;
    expect({ result, asOf }).toEqual({ result: expected.result, asOf: expected.asOf });
  });
});

describe("a bundle changed in one place", () => {
  it.each(["example-final", "by-transaction", "stay-cut"])(
    "ends the same in both verifiers, and better nowhere: %s",
    async (name) => {
      const base = found(name);
      const changes = changesOf(JSON.parse(base.bundle));
      const cases = changes.map(({ changed }) => ({ ...base, bundle: JSON.stringify(changed) }));
      const [ours, theirs] = [await Promise.all(cases.map(judge)), await pythonOf(cases)];
      const told = changes.map(({ what }, at) => ({ what, ours: ours[at], theirs: theirs[at] }));
      expect(told.filter((one) => one.ours?.result !== one.theirs?.result)).toEqual([]);
      expect(told.filter((one) => one.ours?.asOf !== one.theirs?.asOf)).toEqual([]);
      const held = told.filter((one) => one.ours?.result.startsWith("VALID"));
      expect(held.map(({ what }) => what).filter((what) => !mayHold.test(what))).toEqual([]);
      expect(held.filter((one) => one.ours?.answers?.[2] === "COMPLIANT")).toEqual([]);
      expect(held.length).toBeLessThan(changes.length / 10);
    },
    60_000,
  );
});

/**
 * What docs/verify.md names under "What a result does not cover": a transaction that isn't needed, a reference that nothing
 * names any more, a day's milliseconds, and what a bundle may leave out, which can only make the four answers worse.
 */
const mayHold =
  /^\.(anchor\.tx|references|days\.\d+\.anchoredAt|streams\.\d+ left out|streams\.\d+\.entries\.\d+\.readings left out)/;

describe("a bundle spelt otherwise", () => {
  const base = found("example-final");
  const text = base.bundle.trim();
  const put = (from: string | RegExp, to: string) => text.replace(from, to);

  it.each<[string, string, string]>([
    ["with white space", JSON.stringify(JSON.parse(text), null, "\t"), "VALID_FINAL"],
    ["with escapes", put('"subject"', '"\\u0073ubject"'), "VALID_FINAL"],
    [
      "with integers as fractions and powers",
      put(/"seq":1\b/, '"seq":1.0').replace('"v":1', '"v":1e0'),
      "VALID_FINAL",
    ],
    ["with minus nothing", put('"from":0', '"from":-0'), "VALID_FINAL"],
    ["with a seq that is none", put('"seq":1', '"seq":1.5'), "MALFORMED"],
    ["with a byte-order mark", `\ufeff${text}`, "MALFORMED"],
    ["with a comma too many", put(/}$/, ",}"), "MALFORMED"],
    ["with NaN", put('"count":0', '"count":NaN'), "MALFORMED"],
    ["with a number out of range", put('"count":0', '"count":1e999'), "MALFORMED"],
    ["with half a surrogate pair", put('"zh":"药"', '"zh":"\\ud800"'), "MALFORMED"],
    ["with __proto__", put('"zh":"药"', '"__proto__":"药"'), "MALFORMED"],
    ["with a key twice inside a body", put('"zh":"药"', '"zh":"药","\\u007ah":"药"'), "MALFORMED"],
    ["with true for 1", put('"v":1', '"v":true'), "MALFORMED"],
    ["nested too deep", put('"药"', `${"[".repeat(20)}${"]".repeat(20)}`), "MALFORMED"],
    ["nested beyond reason", "[".repeat(100_000), "MALFORMED"],
    ["with a second body under the same keys", put('"zh":"药"', '"zh":"药 "'), "TAMPERED"],
    [
      "with a signature of 63 bytes",
      put(/(\\n— \S+ )\S+\\n/, `$1${btoa("HZ".repeat(30))}\\n`),
      "KEY_UNKNOWN",
    ],
    [
      "with another's signature beside ours",
      put(/(\\n— [^"]+)"/, `$1— other ${btoa("12345")}\\n"`),
      "VALID_FINAL",
    ],
    [
      "with a witness's line after ours",
      put(/("checkpoint":"[^"]+)"/, `$1— witness.example/w1 ${btoa("w".repeat(76))}\\n"`),
      "VALID_FINAL",
    ],
    ["with an extension line", put("=\\n\\n", "=\\nmore\\n\\n"), "MALFORMED"],
    ["empty", "", "MALFORMED"],
  ])("%s", async (_how, bundle, result) => {
    const [theirs] = await pythonOf([{ ...base, bundle }]);
    expect([(await judge({ ...base, bundle })).result, theirs?.result]).toEqual([result, result]);
  });

  it("with any byte another: both end the same", async () => {
    const random = randomOf(5, 0);
    const cases = Array.from({ length: 300 }, () => {
      const bytes = Buffer.from(text);
      bytes[random.below(bytes.length)] = 0x20 + random.below(0x5f);
      return { ...base, bundle: bytes.toString("utf8") };
    });
    const ours = await Promise.all(cases.map(judge));
    expect((await pythonOf(cases)).map(({ result }) => result)).toEqual(ours.map(({ result }) => result));
  });
});

/** Codes on packs; those from `readByBoth` on the Python verifier may not take for one, as most of them are none. */
const readByBoth = 9;
const codes = [
  "https://id.gs1.org/01/06901234567892/21/A1",
  "http://example.org/path/01/06901234567892/10/L1/21/A%2F1",
  "https://id.gs1.org/01/06901234567892/10/L1",
  "https://id.gs1.org/01/06901234567892",
  "(01)06901234567892(17)260101(10)L1(21)A1",
  " (01)06901234567892(21)A/1 ",
  "(01)06901234567892(10)L1",
  "81234567890123456789",
  "urn:x-cn:dtc:81234567890123456789",
  "https://id.gs1.org/01/06901234567893/21/A1",
  "https://id.gs1.org/01/06901234567892/21/A1/10/L1",
  "(01)06901234567892(17)261301(21)A1",
  "(01)06901234567892(21)A1(21)A2",
  "(01)06901234567892(21)药",
  "8123456789012345678",
  "hello",
  "",
];

describe("the program in docs/verify-kit", () => {
  it("knows the numbers of RFC 8785 and the hash of the chain", async () => {
    const numbers = [1e21, 1e20, 123456789012345680000, 1.5, -0, 1e-6, 1e-7, 5e-324, 4.35, -1.2e-9, 2 ** 53];
    const text = JSON.stringify(numbers);
    expect(await askKit("print(kit.canonical(kit.strict_json(sys.stdin.read(), 999, 2)))", text)).toBe(
      `${text}\n`,
    );
  });

  it("reads codes as we do, or not at all", async () => {
    const read = await askKit(
      "import json\nprint(json.dumps([kit.canonical_code(c) for c in json.load(sys.stdin)]))",
      JSON.stringify(codes),
    );
    const theirs = JSON.parse(read) as (string | null)[];
    const differing = codes.filter((code, at) => theirs[at] !== null && theirs[at] !== canonicalEpc(code));
    expect(differing).toEqual([]);
    expect(theirs.map((epc) => epc !== null)).toEqual(codes.map((_, at) => at < readByBoth));
    const lots = await askKit(
      "import json\nprint(json.dumps([kit.read_code(c)[1] for c in json.load(sys.stdin)]))",
      JSON.stringify(codes.slice(0, readByBoth)),
    );
    expect(JSON.parse(lots)).toEqual(
      codes.slice(0, readByBoth).map((code) => parseCode(code).ai["10"] ?? null),
    );
  });

  it("exits 0 for what holds only, and refuses a trust file that is none", async () => {
    const bundle = join(goldenDir(1), "example-offline.bundle.json");
    const { trust } = found("example-offline");
    const folder = mkdtempSync(join(tmpdir(), "coldmark-verify-"));
    const file = join(folder, "trust.json");
    writeFileSync(file, trust ?? "");
    const subject = "https://id.gs1.org/01/06901234567892/21/A1";
    expect(await runPythonVerifier([bundle, "--trust", file, "--code", subject])).toEqual({
      code: 0,
      words: `VALID_PROVISIONAL\nsubject: ${subject}\n`,
    });
    const unnamed = await runPythonVerifier([bundle, "--trust", file]);
    expect(unnamed).toMatchObject({
      code: 0,
      words: expect.stringContaining("\nwarning: no --code was given"),
    });
    expect((await runPythonVerifier([bundle])).code).toBe(1);
    writeFileSync(file, "{}");
    const refused = await runPythonVerifier([bundle, "--trust", file]);
    expect([refused.code, refused.words]).toEqual([
      65,
      expect.stringContaining("not the shape of a trust file"),
    ]);
    rmSync(folder, { recursive: true });
  });
});
