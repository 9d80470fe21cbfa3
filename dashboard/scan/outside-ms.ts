import type { ColdExcursion } from "#domain/provenance/answer.ts";

/**
 * Time outside the limits on one leg, in ms. Several measuring points watch the same pack, so times that
 * overlap count once; an excursion lasts as long as was measured (`durationMs`), gaps inside it left out.
 */
export function outsideMs(excursions: readonly ColdExcursion[]): number {
  const spans = excursions
    .map(({ from, durationMs }) => ({ from, to: from + durationMs }))
    .sort((a, b) => a.from - b.from);
  let reached = Number.NEGATIVE_INFINITY;
  let total = 0;
  for (const { from, to } of spans) {
    total += Math.max(0, to - Math.max(from, reached));
    reached = Math.max(reached, to);
  }
  return total;
}
