import { expect, it } from "vitest";
import { type GoldenChain, rpcOf } from "#test/support/golden-chain.ts";
import { askPythonVerifier, startEndpoints } from "#test/support/python-verifier.ts";
import { TestLog } from "#test/support/test-log.ts";
import { revocationSubject } from "./chain-view.ts";
import { verifyBundle } from "./verify.ts";

/** A code that the log has never seen: nothing but the head's own word tells when its tree was anchored. */
const code = "(01)06901234567892(10)L1(21)NEVER";
const at = Date.UTC(2026, 0, 5, 8);
const log = new TestLog();
const bundle = log.bundle("https://id.gs1.org/01/06901234567892/21/NEVER", [], log.close(at));
const text = JSON.stringify(bundle);
const [, size, base64 = ""] = bundle.checkpoint.split("\n");
const head = { root: Buffer.from(base64, "base64").toString("hex"), size: Number(size), anchoredAt: at };
const lot = revocationSubject("06901234567892", "L1");
const seconds = (bits: number) => 1000 * 2 ** bits;

/** What an endpoint says that agrees with the bundle, but for what is given. */
function chainOf(given: Partial<typeof head> & { blockAt?: number; since?: number }): GoldenChain {
  const { blockAt = at, since = 0, ...more } = given;
  const block = { number: 9, at: blockAt, head: { ...head, ...more } };
  const { chainId, codeHash } = log.trust;
  const revocations = { [lot]: { since, until: 0 } };
  return { chainId, codeHash, latest: block, finalized: block, seals: {}, revocations, transactions: {} };
}

const cases = [
  ["a head as it is (control)", {}, "VALID_FINAL"],
  ["a head at the last time that the contract can hold", { anchoredAt: seconds(40) - 1000 }, "VALID_FINAL"],
  ["a head after that", { anchoredAt: seconds(40) }, "CHAIN_UNREACHABLE"],
  ["a head long after that", { anchoredAt: seconds(50) }, "CHAIN_UNREACHABLE"],
  ["a head larger than any", { size: 2 ** 48 }, "CHAIN_UNREACHABLE"],
  ["a block after all time", { blockAt: seconds(40) }, "CHAIN_UNREACHABLE"],
  ["a recall after all time", { since: seconds(43) }, "CHAIN_UNREACHABLE"],
  ["a recall (control)", { since: at }, "REVOKED"],
] as const;

/** An endpoint that lies must not break whoever prints its time: no calendar has the year 36,000,000. */
it.each(cases)("%s", async (_what, given, result) => {
  const ended = await verifyBundle(text, { trust: log.trust, code, rpc: rpcOf(chainOf(given)) });
  expect(ended.result).toBe(result);
  if (ended.asOf !== null) expect(() => new Date(ended.asOf ?? 0).toISOString()).not.toThrow();
});

it("the Python verifier ends the same", async () => {
  const endpoints = await startEndpoints(cases.map(([, given]) => rpcOf(chainOf(given))));
  const checks = cases.map((_, index) => ({
    text,
    trust: JSON.stringify(log.trust),
    code,
    rpc: endpoints.urlOf(index),
  }));
  const theirs = await askPythonVerifier(checks).finally(endpoints.stop);
  expect(theirs.map(({ result }) => result)).toEqual(cases.map(([, , result]) => result));
});
