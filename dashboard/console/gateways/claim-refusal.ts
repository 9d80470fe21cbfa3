import type { Gateway } from "#api/console-shapes.ts";
import { ApiError } from "../api.ts";

/** Why a gateway isn't claimed; `notKnown`: no answer came, so it may be. */
type Why =
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

/** What a failed claim means, and the id of the organisation's own gateway that its sticker became, where it did. */
export interface ClaimRefusal {
  readonly why: Why;
  readonly ours: string | undefined;
}

/** What a failed claim means. Whether the gateway is ours the answer says; the list, whether it still is in use. */
export function claimRefusal(
  error: unknown,
  gateways: readonly Pick<Gateway, "id" | "revokedAt">[],
): ClaimRefusal {
  const why = whyOf(error);
  const ours = why === "claimed" && error instanceof ApiError ? ownGateway(error.faults) : undefined;
  if (ours === undefined) return { why, ours };
  const isEnded = gateways.some(({ id, revokedAt }) => id === ours && revokedAt !== null);
  return { why: isEnded ? "ended" : "ours", ours };
}

function whyOf(error: unknown): Why {
  if (!(error instanceof ApiError) || error.status === 0 || error.status >= 500) return "notKnown";
  const { status, faults: paths } = error;
  if (status === 404) return "unknown";
  if (status === 429) return "tooMany";
  return named(status === 409 ? conflicts : status === 400 ? faults : {}, paths) ?? "other";
}

function ownGateway(paths: readonly string[]): string | undefined {
  const prefix = "/gateways/";
  return paths.find((path) => path.startsWith(prefix))?.slice(prefix.length);
}

function named(meanings: Readonly<Record<string, Why>>, paths: readonly string[]): Why | undefined {
  return paths.map((path) => meanings[path]).find((meaning) => meaning !== undefined);
}
