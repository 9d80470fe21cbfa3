import { expect, it } from "vitest";
import { ApiError } from "../api.ts";
import { claimRefusal } from "./claim-refusal.ts";

it.each([
  [404, [], "unknown"],
  [429, [], "tooMany"],
  [409, ["/sticker"], "claimed"],
  [409, ["/gatewayId"], "id"],
  [409, ["/kid"], "key"],
  [400, ["/sticker"], "sticker"],
  [400, ["/site"], "site"],
  [400, ["/gatewayId"], "badId"],
  [409, [], "other"],
  [403, ["/sticker"], "other"],
  [0, [], "notKnown"],
  [503, [], "notKnown"],
  [500, [], "notKnown"],
] as const)("status %i at %o means: %s", (status, paths, meaning) => {
  expect(claimRefusal(new ApiError(status, "", paths), false)).toBe(meaning);
});

it("what was claimed before is told apart when it is ours, and nothing else is", () => {
  expect(claimRefusal(new ApiError(409, "", ["/sticker"]), true)).toBe("ours");
  expect(claimRefusal(new ApiError(409, "", ["/gatewayId"]), true)).toBe("id");
  expect(claimRefusal(new ApiError(404, ""), true)).toBe("unknown");
});

it("whatever else is thrown leaves it unknown whether the gateway was claimed", () => {
  expect(claimRefusal(new SyntaxError("no JSON"), false)).toBe("notKnown");
});
