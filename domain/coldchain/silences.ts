/** A stretch of time, epoch ms. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** What a measuring point said while it lay somewhere: as the readings store tells it (`PointSteps`). */
interface Steps {
  readonly first: number;
  readonly last: number;
  readonly long: readonly Span[];
  readonly faults: readonly { readonly from: number; readonly to: number | null }[];
}

/**
 * When nothing is known of a point in a window: a temperature stands for `holdMs` unless the next comes sooner, a fault
 * for nothing (the rule of `findExcursions`, here from steps that a store has compared). `steps` begin `holdMs` before the
 * window, so that a temperature from before reaches into it; null: there is none. `isPlacedAtFrom` says that the point was
 * put there only when the window begins: its first temperature may then take `holdMs` to come.
 */
export function silencesOf(
  steps: Steps | null,
  window: Span & { readonly holdMs: number; readonly isPlacedAtFrom: boolean },
): Span[] {
  const { from, to, holdMs, isPlacedAtFrom } = window;
  if (steps === null) return to > from ? [{ from, to }] : [];
  const isHeadKnown = steps.first <= from || (isPlacedAtFrom && steps.first - from <= holdMs);
  const open = [
    ...(isHeadKnown ? [] : [{ from, to: steps.first }]),
    ...steps.long.map((step) => ({ from: step.from + holdMs, to: step.to })),
    ...steps.faults.map((fault) => ({ from: fault.from, to: fault.to ?? to })),
    { from: steps.last + holdMs, to },
  ];
  return joined(open.map((span) => ({ from: Math.max(span.from, from), to: Math.min(span.to, to) })));
}

/** In order of time, without empty ones; those that touch are one. */
function joined(spans: readonly Span[]): Span[] {
  const whole: Span[] = [];
  for (const span of spans.filter(({ from, to }) => to > from).sort((a, b) => a.from - b.from)) {
    const last = whole.at(-1);
    if (last === undefined || span.from > last.to) whole.push(span);
    else whole[whole.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
  }
  return whole;
}
