import { expect, it } from "vitest";
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

it.each([
  [["VALID_FINAL 7000"], "VALID_FINAL 7000"],
  [["VALID_FINAL 7000", "VALID_FINAL 7999"], "VALID_FINAL 7000"],
  [["VALID_FINAL 7000", "VALID_PROVISIONAL 7000"], "VALID_PROVISIONAL 7000"],
  [["VALID_FINAL 7000", "VALID_FINAL 8000"], "CHAIN_UNREACHABLE"],
  [["VALID_FINAL 7000", "CHAIN_UNREACHABLE"], "CHAIN_UNREACHABLE"],
  [["VALID_FINAL 7000", "NOT_ANCHORED_YET"], "NOT_ANCHORED_YET"],
  [["REVOKED 7000", "VALID_FINAL 7000"], "REVOKED 7000"],
  [["CHAIN_UNREACHABLE", "VALID_FINAL 7000", "FORK_DETECTED"], "FORK_DETECTED"],
])("endpoints that say %j together prove %s", (each, together) => {
  const [first, ...more] = each.map(said);
  const { result, asOf } = agreeEndpoints([first as Verification, ...more]);
  expect(asOf === null ? result : `${result} ${asOf}`).toBe(together);
});
