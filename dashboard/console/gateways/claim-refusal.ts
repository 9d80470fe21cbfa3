import { ApiError } from "../api.ts";

/** Why a gateway isn't claimed; `notKnown`: no answer came, so it may be. */
export type ClaimRefusal =
  | "sticker"
  | "unknown"
  | "claimed"
  | "ours"
  | "id"
  | "badId"
  | "key"
  | "site"
  | "tooMany"
  | "notKnown"
  | "other";

const conflicts = { "/gatewayId": "id", "/kid": "key", "/sticker": "claimed" } as const;
const faults = { "/gatewayId": "badId", "/site": "site", "/sticker": "sticker" } as const;

/** What a failed claim means; `isOurs` when the organisation's own list has the sticker's gateway. */
export function claimRefusal(error: unknown, isOurs: boolean): ClaimRefusal {
  if (!(error instanceof ApiError) || error.status === 0 || error.status >= 500) return "notKnown";
  const { status, faults: paths } = error;
  if (status === 404) return "unknown";
  if (status === 429) return "tooMany";
  const told = named(status === 409 ? conflicts : status === 400 ? faults : {}, paths);
  return told === "claimed" && isOurs ? "ours" : (told ?? "other");
}

function named(
  meanings: Readonly<Record<string, ClaimRefusal>>,
  paths: readonly string[],
): ClaimRefusal | undefined {
  return paths.map((path) => meanings[path]).find((meaning) => meaning !== undefined);
}
