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
 * statement about the code can count for. Null where nothing was stated. An entry without a header (null) may speak of
 * any time since the log last proved the stream absent, under the seal of day `lastAbsent` (null: since ever).
 */
export function firstDayOf(
  headers: readonly (Times | null)[],
  lastAbsent: number | null = null,
): number | null {
  if (headers.length === 0) return null;
  const shown = headers.filter((header) => header !== null);
  const [from, accepted] = [least(shown.map((h) => h.from)), least(shown.map((h) => h.to))];
  const stated = Math.floor(Math.max(from, accepted - backdatingMs) / dayMs);
  return shown.length === headers.length ? stated : Math.min(stated, (lastAbsent ?? -1) + 1);
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}
