/** Where, in a list in order of time, the items at or after a time begin. */
export function firstAt<Item>(sorted: ArrayLike<Item>, time: number, timeOf: (item: Item) => number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timeOf(sorted[middle] as Item) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
