/** Why a part of a write is refused for good; `all`: every item of it, so that halving would find nothing new. */
export interface Refusal {
  readonly detail: string;
  readonly all?: boolean;
}

/**
 * Halves what is refused until the offenders stand alone: at most 2·log2(n) attempts for each of them. `attempt` gives null
 * when its part is durable; the parts of one call follow one another, and one that was kept before may come again.
 * `halved` hears of each halving.
 */
export async function bisect<T>(
  items: readonly T[],
  attempt: (part: readonly T[]) => Promise<Refusal | null>,
  halved?: () => void,
): Promise<{ item: T; detail: string }[]> {
  if (items.length === 0) return [];
  const refusal = await attempt(items);
  if (refusal === null) return [];
  if (items.length === 1 || refusal.all) return items.map((item) => ({ item, detail: refusal.detail }));
  halved?.();
  const middle = Math.ceil(items.length / 2);
  const left = await bisect(items.slice(0, middle), attempt, halved);
  return [...left, ...(await bisect(items.slice(middle), attempt, halved))];
}
