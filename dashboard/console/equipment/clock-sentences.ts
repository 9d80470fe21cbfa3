import type { Equipment } from "#api/console-shapes.ts";
import type { Say } from "../words.ts";

/** So far off (reference/ingestion.md §6.8) a clock is no longer explained by the way its messages take. */
export const clockOffMaxMs = 120_000;

/** What to say of gateways whose clocks are more than 2 min off ours, the furthest first. */
export function clockSentences(
  gateways: Equipment["gateways"],
  say: Say,
): { readonly gateway: string; readonly sentence: string }[] {
  return gateways
    .map(({ id: gateway, skewMs }) => ({ gateway, behindMs: skewMs ?? 0 }))
    .filter(({ behindMs }) => Math.abs(behindMs) > clockOffMaxMs)
    .sort((a, b) => Math.abs(b.behindMs) - Math.abs(a.behindMs))
    .map(({ gateway, behindMs }) => {
      const facts = { gateway, skewMs: Math.abs(behindMs) };
      return { gateway, sentence: say.text(behindMs > 0 ? "clock.behind" : "clock.ahead", facts) };
    });
}
