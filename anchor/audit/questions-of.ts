import type { Reading, ReadingsRange } from "#store/readings/readings-store.ts";

/** What the readings store is asked for, and the readings that should be there. */
export interface Question {
  readonly range: ReadingsRange;
  readonly sent: readonly Reading[];
}

const hourMs = 3_600_000;

/**
 * Asks for each organisation's readings an hour at a time, and for hours that follow one another at once where the same points sent in
 * them: a gateway's back-fill asks neither for all of its own time nor for its neighbours'.
 */
export function questionsOf(readings: readonly Reading[]): Question[] {
  return [...Map.groupBy(readings, ({ tenant }) => tenant)].flatMap(([tenant, own]) =>
    stretchesOf(own).map(({ points, hours }) => {
      const sent = hours.flat();
      const from = sent.reduce((least, { ts }) => Math.min(least, ts), Number.POSITIVE_INFINITY);
      const last = sent.reduce((most, { ts }) => Math.max(most, ts), Number.NEGATIVE_INFINITY);
      return { range: { tenant, points, from, to: last + 1 }, sent };
    }),
  );
}

/** Hours that follow one another, with the points that sent in each of them. */
interface Stretch {
  readonly points: readonly string[];
  readonly hours: Reading[][];
}

function stretchesOf(own: readonly Reading[]): Stretch[] {
  const byHour = [...Map.groupBy(own, ({ ts }) => Math.floor(ts / hourMs))].sort(([a], [b]) => a - b);
  const stretches: Stretch[] = [];
  let before = Number.NaN;
  for (const [hour, sent] of byHour) {
    const points = [...new Set(sent.map(({ point }) => point))].sort();
    const last = stretches.at(-1);
    if (last !== undefined && hour === before + 1 && areSame(last.points, points)) last.hours.push(sent);
    else stretches.push({ points, hours: [sent] });
    before = hour;
  }
  return stretches;
}

function areSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((point, at) => point === b[at]);
}
