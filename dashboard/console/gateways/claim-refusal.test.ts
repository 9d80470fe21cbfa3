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
  expect(claimRefusal(new ApiError(status, "", paths), [])).toEqual({ why: meaning, ours: undefined });
});

it("what was claimed before is ours when the answer says so, and only the list knows that it ended", () => {
  const before = new ApiError(409, "", ["/sticker", "/gateways/till"]);
  const used = { id: "till", revokedAt: null };
  const ended = { id: "till", revokedAt: "2026-03-14T04:00:00.000Z" };
  expect(claimRefusal(before, [used])).toEqual({ why: "ours", ours: "till" });
  expect(claimRefusal(before, [])).toEqual({ why: "ours", ours: "till" });
  expect(claimRefusal(before, [used, { ...ended, id: "other" }]).why).toBe("ours");
  expect(claimRefusal(before, [ended])).toEqual({ why: "ended", ours: "till" });
  expect(claimRefusal(new ApiError(409, "", ["/sticker"]), [used]).why).toBe("claimed");
});

it("whatever else is thrown leaves it unknown whether the gateway was claimed", () => {
  expect(claimRefusal(new SyntaxError("no JSON"), []).why).toBe("notKnown");
});
