import type { Gateway } from "#api/console-shapes.ts";
import { formatShort } from "../../i18n/format.ts";
import { clockOffMaxMs } from "../equipment/clock-sentences.ts";
import type { Tone } from "../states.ts";
import type { Say } from "../words.ts";

/** What a gateway is in. Being heard isn't being in order: whether readings are missing stands with the equipment. */
export type GatewayState = "waiting" | "heard" | "revoked";
type Known = Pick<Gateway, "acceptedAt" | "lastReceivedAt" | "revokedAt" | "skewMs">;

/** How a state looks; none of them is green. */
export const gatewayTones = {
  waiting: "open",
  heard: "open",
  revoked: "caution",
} as const satisfies Readonly<Record<GatewayState, Tone>>;

/** The state of a gateway. */
export function gatewayState({ lastReceivedAt, revokedAt }: Known): GatewayState {
  if (revokedAt !== null) return "revoked";
  return lastReceivedAt === null ? "waiting" : "heard";
}

/** The state in words, with what belongs to it: since when it is waited for, how far its clock is off. */
export function gatewayWords(
  gateway: Known,
  nowMs: number,
  say: Say,
): { state: string; more: string | null } {
  const clock = (at: string) => formatShort(say.lang, Date.parse(at), nowMs);
  const { acceptedAt, lastReceivedAt, revokedAt, skewMs } = gateway;
  if (revokedAt !== null)
    return {
      state: say.text("gw.state.revoked"),
      more: say.text("gw.state.revokedSince", { clock: clock(revokedAt) }),
    };
  if (lastReceivedAt === null)
    return {
      state: say.text("gw.state.waiting"),
      more: say.text("gw.state.waitingSince", { clock: clock(acceptedAt) }),
    };
  const ageMs = Math.max(0, nowMs - Date.parse(lastReceivedAt));
  return { state: say.text("gw.state.heard", { ageMs }), more: clockWords(skewMs ?? 0, say) };
}

function clockWords(behindMs: number, say: Say): string | null {
  if (Math.abs(behindMs) <= clockOffMaxMs) return null;
  return say.text(behindMs > 0 ? "gw.clock.behind" : "gw.clock.ahead", { skewMs: Math.abs(behindMs) });
}
