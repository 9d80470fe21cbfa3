import { expect, it } from "vitest";
import { askKit } from "#test/support/python-verifier.ts";
import { agreeEndpoints } from "./agree-endpoints.ts";
import type { Verification } from "./verify.ts";

const said = (words: string): Verification => {
  const [result, asOf] = words.split(" ");
  return {
    result: result as Verification["result"],
    asOf: asOf === undefined ? null : Number(asOf),
    reasons: [],
    contents: null,
  };
};

const cases: readonly (readonly [readonly string[], string])[] = [
  [["VALID_FINAL 7000"], "VALID_FINAL 7000"],
  [["VALID_FINAL 7000", "VALID_FINAL 7999"], "VALID_FINAL 7000"],
  [["VALID_FINAL 7000", "VALID_PROVISIONAL 7000"], "VALID_PROVISIONAL 7000"],
  [["VALID_FINAL 7000", "VALID_FINAL 8000"], "CHAIN_UNREACHABLE"],
  [["VALID_FINAL 7000", "CHAIN_UNREACHABLE"], "CHAIN_UNREACHABLE"],
  [["VALID_FINAL 7000", "NOT_ANCHORED_YET"], "NOT_ANCHORED_YET"],
  [["REVOKED 7000", "VALID_FINAL 7000"], "REVOKED 7000"],
  [["CHAIN_UNREACHABLE", "VALID_FINAL 7000", "FORK_DETECTED"], "FORK_DETECTED"],
  [["CHAIN_UNREACHABLE", "REVOKED 7000"], "REVOKED 7000"],
  [["STALE 6000", "REVOKED 7000"], "REVOKED 7000"],
  [["REVOKED 7000", "STALE 6000", "MALFORMED"], "MALFORMED"],
  [["REVOKED 7000", "TAMPERED", "FORK_DETECTED 7000"], "FORK_DETECTED 7000"],
  [["STALE 6000", "CHAIN_UNREACHABLE"], "STALE 6000"],
];

it.each(cases)("endpoints that say %j together prove %s", (each, together) => {
  const [first, ...more] = each.map(said);
  const { result, asOf } = agreeEndpoints([first as Verification, ...more]);
  expect(asOf === null ? result : `${result} ${asOf}`).toBe(together);
});

it("the Python verifier agrees", async () => {
  const script = "import json\nprint(json.dumps([kit.weakest(one) for one in json.load(sys.stdin)]))";
  const theirs = await askKit(script, JSON.stringify(cases.map(([each]) => each.map(said))));
  const expected = cases.map(([, together]) => said(together)).map(({ result, asOf }) => ({ result, asOf }));
  expect(JSON.parse(theirs)).toMatchObject(expected);
});
