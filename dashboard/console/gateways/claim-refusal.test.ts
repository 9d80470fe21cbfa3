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
  expect(claimRefusal(new ApiError(status, "", paths), undefined)).toBe(meaning);
});

it("what was claimed before is told apart when it is ours, and nothing else is", () => {
  const own = { revokedAt: null };
  expect(claimRefusal(new ApiError(409, "", ["/sticker"]), own)).toBe("ours");
  const ended = { revokedAt: "2026-03-14T04:00:00.000Z" };
  expect(claimRefusal(new ApiError(409, "", ["/sticker"]), ended)).toBe("ended");
  expect(claimRefusal(new ApiError(409, "", ["/gatewayId"]), own)).toBe("id");
  expect(claimRefusal(new ApiError(404, ""), own)).toBe("unknown");
});

it("whatever else is thrown leaves it unknown whether the gateway was claimed", () => {
  expect(claimRefusal(new SyntaxError("no JSON"), undefined)).toBe("notKnown");
});
