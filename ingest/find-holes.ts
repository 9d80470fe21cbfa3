/** Sequence numbers, both ends included. */
export type SeqRange = readonly [from: number, to: number];

/** What is missing below the highest sequence number that is durable, lowest first. */
export function findHoles({ upTo, also }: { upTo: number; also: readonly SeqRange[] }): SeqRange[] {
  let end = upTo;
  const holes: SeqRange[] = [];
  for (const [from, to] of also) {
    if (from > end + 1) holes.push([end + 1, from - 1]);
    end = Math.max(end, to);
  }
  return holes;
}

/** What of the ranges no other range covers. */
export function without(ranges: readonly SeqRange[], others: readonly SeqRange[]): SeqRange[] {
  return others.reduce<readonly SeqRange[]>(
    (left, [from, to]) =>
      left.flatMap(([a, b]): SeqRange[] => {
        if (to < a || from > b) return [[a, b]];
        const before: SeqRange[] = a < from ? [[a, from - 1]] : [];
        return to < b ? [...before, [to + 1, b]] : before;
      }),
    ranges,
  ) as SeqRange[];
}

/** What of the ranges lies in one of the others as well. */
export function within(ranges: readonly SeqRange[], others: readonly SeqRange[]): SeqRange[] {
  return ranges.flatMap(([a, b]) =>
    others.flatMap(([from, to]): SeqRange[] => {
      const both: SeqRange = [Math.max(a, from), Math.min(b, to)];
      return both[0] <= both[1] ? [both] : [];
    }),
  );
}
