import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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

/** Bundles of version 1 verify for ever, in our verifier and in one that a stranger could have written. */
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
  const valid = ["VALID_FINAL", "VALID_PROVISIONAL"];

  it.each(["example-final", "by-transaction", "by-seal", "stay-cut"])(
    "ends the same in both verifiers, wherever the change is: %s",
    async (name) => {
      const base = found(name);
      const changes = changesOf(JSON.parse(base.bundle));
      const cases = changes.map(({ changed }) => ({ ...base, bundle: JSON.stringify(changed) }));
      const ours = await Promise.all(cases.map(judge));
      const theirs = await pythonOf(cases);
      const differing = changes.flatMap(({ what }, at) => {
        const pair = [ours[at]?.result, theirs[at]?.result] as const;
        return pair[0] === pair[1] ? [] : [`${what}: ${pair.join(" / ")}`];
      });
      expect(differing).toEqual([]);
      const held = changes.filter((_, at) => valid.includes(ours[at]?.result ?? ""));
      expect(held.map(({ what }) => what).filter((what) => !harmless.test(what))).toEqual([]);
      expect(changes.length - held.length).toBeGreaterThan(100);
    },
    60_000,
  );
});

/** The places that prove nothing by themselves: how the answer is to be told, where the anchor's receipt lies, and entries that only count where another names their hash. */
const harmless = /^\.(view|anchor\.tx|references)/;

describe("the program in docs/verify-kit", () => {
  const golden = (file: string) => join(goldenDir(1), file);

  it("knows the numbers of RFC 8785 and the hash of the chain", async () => {
    const numbers = [1e21, 1e20, 123456789012345680000, 1.5, -0, 1e-6, 1e-7, 5e-324, 4.35, -1.2e-9, 2 ** 53];
    const text = JSON.stringify(numbers);
    expect(await askKit("print(kit.canonical(kit.strict_json(sys.stdin.read(), 999, 2)))", text)).toBe(`${text}\n`);
  });

  it("exits 0 for what holds only, and refuses a trust file that is none", async () => {
    const bundle = golden("example-offline.bundle.json");
    const { trust } = found("example-offline");
    const { mkdtempSync, writeFileSync, rmSync } = await import("node:fs");
    const folder = mkdtempSync("/tmp/coldmark-verify-");
    const file = join(folder, "trust.json");
    writeFileSync(file, trust ?? "");
    expect(await runPythonVerifier([bundle, "--trust", file])).toEqual({ code: 0, words: "VALID_PROVISIONAL\n" });
    expect((await runPythonVerifier([bundle])).code).toBe(1);
    expect((await runPythonVerifier([bundle, "--trust", bundle])).words).toContain("not the shape of a trust file");
    rmSync(folder, { recursive: true });
  });
});
