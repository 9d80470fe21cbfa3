/**
 * How late a statement may come and still count from when it says it happened (design §5, §6). These numbers are
 * part of the profile that a trust file pins, so a server cannot loosen them for its own answers.
 */
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** A placement, limit or setting counts back to its event time if accepted within this. */
const placementGraceMs = 15 * minuteMs;
/** … or within this, if an enrolled offline device signed it. */
const offlineBackdatingMs = 72 * hourMs;
/** Readings that first reached an inbox later than this after their time can only make things worse. */
export const lateReadingMs = 72 * hourMs;
/** Entries that were first on chain later than this after their end can only make things worse. */
export const lateSealMs = 36 * hourMs;
/** A stretch of an equipment runs to the pack's departure plus this, so that late entries show. */
export const stretchTailMs = 72 * hourMs;

/** From when a statement counts: its own time if it came soon enough (epoch ms), else when it was accepted. */
export function countsFrom(statement: { at: number; accepted: number; offline: boolean }): number {
  const delayMs = statement.accepted - statement.at;
  const allowedMs = statement.offline ? offlineBackdatingMs : placementGraceMs;
  return delayMs <= allowedMs ? statement.at : statement.accepted;
}

/**
 * When a statement was accepted as far as the chain proves it: by its own word, unless it came on chain more than 36 h
 * later than that, or than the story began, from when on its seals are shown.
 */
export function provablyAccepted(accepted: number, provedAt: number, storyFrom: number): number {
  return provedAt - Math.max(accepted, storyFrom) <= lateSealMs ? accepted : provedAt;
}
