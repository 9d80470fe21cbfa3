import type { Gateway } from "#api/console-shapes.ts";
import { ApiError } from "../api.ts";

/** Why a gateway isn't claimed; `notKnown`: no answer came, so it may be. */
export type ClaimRefusal =
  | "sticker"
  | "unknown"
  | "claimed"
  | "ours"
  | "ended"
  | "id"
  | "badId"
  | "key"
  | "site"
  | "tooMany"
  | "notKnown"
  | "other";

const conflicts = { "/gatewayId": "id", "/kid": "key", "/sticker": "claimed" } as const;
const faults = { "/gatewayId": "badId", "/site": "site", "/sticker": "sticker" } as const;

/** What a failed claim means; `ours` when the organisation's own list has the sticker's gateway, maybe as one that was revoked. */
export function claimRefusal(error: unknown, ours: Pick<Gateway, "revokedAt"> | undefined): ClaimRefusal {
  if (!(error instanceof ApiError) || error.status === 0 || error.status >= 500) return "notKnown";
  const { status, faults: paths } = error;
  if (status === 404) return "unknown";
  if (status === 429) return "tooMany";
  const told = named(status === 409 ? conflicts : status === 400 ? faults : {}, paths);
  if (told === "claimed" && ours !== undefined) return ours.revokedAt === null ? "ours" : "ended";
  return told ?? "other";
}

function named(
  meanings: Readonly<Record<string, ClaimRefusal>>,
  paths: readonly string[],
): ClaimRefusal | undefined {
  return paths.map((path) => meanings[path]).find((meaning) => meaning !== undefined);
}
