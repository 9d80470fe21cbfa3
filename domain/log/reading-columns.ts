/** Very many readings, a typed array for each of their members: a year of one equipment's is a million objects otherwise. */
import type { ReadingRow } from "./bundle.ts";

/** Readings by number. Points and faults are numbers of `texts`, a fault of −1 is none; milli-°C of NaN are none. */
export interface ReadingColumns {
  readonly length: number;
  readonly texts: readonly string[];
  readonly points: Uint32Array;
  /** Epoch ms. */
  readonly times: Float64Array;
  readonly milliC: Float64Array;
  readonly faults: Int32Array;
}

/** Those of them from `first` up to, not including, `end`. */
export interface ReadingSpan {
  readonly columns: ReadingColumns;
  readonly first: number;
  readonly end: number;
}

/** Takes readings one by one, at most `rowsMax` of them. */
export class ReadingCollector {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];
  readonly #columns: Omit<ReadingColumns, "length" | "texts">;
  #length = 0;

  constructor(rowsMax: number) {
    this.#columns = roomFor(rowsMax);
  }

  /** How many it took so far. */
  get length(): number {
    return this.#length;
  }

  /** Takes one: device time in epoch ms, milli-°C, sensor fault. */
  add(point: string, ts: number, tMilliC: number | null, err: string | null): void {
    const at = this.#length;
    const { points, times, milliC, faults } = this.#columns;
    points[at] = this.#numberOf(point);
    times[at] = ts;
    milliC[at] = tMilliC ?? Number.NaN;
    faults[at] = err === null ? -1 : this.#numberOf(err);
    this.#length = at + 1;
  }

  /** All that it took. */
  columns(): ReadingColumns {
    const length = this.#length;
    const { points, times, milliC, faults } = this.#columns;
    return {
      ...{ texts: this.#texts, length, points: points.subarray(0, length), times: times.subarray(0, length) },
      ...{ milliC: milliC.subarray(0, length), faults: faults.subarray(0, length) },
    };
  }

  #numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#texts.length);
    return this.#texts.push(text) - 1;
  }
}

/** One reading as bundles and entries write it. */
export function rowAt({ texts, points, times, milliC, faults }: ReadingColumns, at: number): ReadingRow {
  const [point, fault, t] = [points[at] as number, faults[at] as number, milliC[at] as number];
  return [
    texts[point] as string,
    times[at] as number,
    Number.isNaN(t) ? null : t,
    fault === -1 ? null : (texts[fault] as string),
  ];
}

/** The readings of a span as rows. */
export function rowsIn({ columns, first, end }: ReadingSpan): ReadingRow[] {
  return Array.from({ length: end - first }, (_, index) => rowAt(columns, first + index));
}

/** The same readings in order of time; of one time in the order they had. */
export function inOrderOfTime(columns: ReadingColumns): ReadingColumns {
  const { length, times } = columns;
  if (isInOrder(columns)) return columns;
  const order = Uint32Array.from({ length }, (_, at) => at);
  order.sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
  const sorted = roomFor(length);
  for (const name of ["points", "times", "milliC", "faults"] as const) {
    const [from, to] = [columns[name], sorted[name]];
    for (let at = 0; at < length; at += 1) to[at] = from[order[at] as number] as number;
  }
  return { ...sorted, length, texts: columns.texts };
}

function isInOrder({ times, length }: ReadingColumns): boolean {
  for (let at = 1; at < length; at += 1) {
    if ((times[at] as number) < (times[at - 1] as number)) return false;
  }
  return true;
}

function roomFor(rows: number): Omit<ReadingColumns, "length" | "texts"> {
  return {
    points: new Uint32Array(rows),
    times: new Float64Array(rows),
    milliC: new Float64Array(rows),
    faults: new Int32Array(rows),
  };
}
