/** What a header says of time: since when the entry speaks, and until when or when it was accepted (epoch ms). */
interface Times {
  readonly from: number;
  readonly to: number;
}

const dayMs = 86_400_000;
/** A statement counts at most so far back, whoever signed it (design §6). */
const backdatingMs = 3 * dayMs;

/**
 * The UTC day (number since 1970) from which on an answer relies on the days' seals: that of the first moment any
 * statement about the code can count for. Null where nothing was stated.
 */
export function firstDayOf(headers: readonly Times[]): number | null {
  if (headers.length === 0) return null;
  const [from, accepted] = [least(headers.map((h) => h.from)), least(headers.map((h) => h.to))];
  return Math.floor(Math.max(from, accepted - backdatingMs) / dayMs);
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b));
}
