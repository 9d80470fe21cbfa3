/** One reading of one measuring point: `ts` by the device, temperature in milli-°C, humidity in permille. */
export interface Reading {
  readonly tenant: string;
  readonly point: string;
  readonly ts: number;
  /** Where the sensor lay at `ts`; empty when it lay in no registered equipment. */
  readonly equipmentId: string;
  readonly tMilliC: number | null;
  readonly rhPermille: number | null;
  readonly door: boolean | null;
  readonly power: boolean | null;
  readonly lat: number | null;
  readonly lon: number | null;
  readonly err: string | null;
  readonly receivedAt: number;
  readonly inboxId: number;
  readonly late: boolean;
  readonly signedBy: string | null;
}

/** A reading that the store refuses for good, with its words; trying again can't help. */
export interface RefusedReading {
  readonly reading: Reading;
  readonly detail: string;
}

/** What a readings store tells of itself as it goes. */
export interface WriteMeter {
  /** A write was refused and is tried again in halves. */
  halved(): void;
}

/** Which readings to read back: `from` ≤ ts < `to`, epoch ms. */
export interface ReadingsRange {
  readonly tenant: string;
  readonly points: readonly string[];
  readonly from: number;
  readonly to: number;
}

/** What a point's temperatures come to in the bucket that begins at `ts`: milli-°C, `late` of the `n` came late. */
export interface Bucket {
  readonly point: string;
  readonly ts: number;
  readonly minMilliC: number;
  readonly maxMilliC: number;
  readonly meanMilliC: number;
  readonly n: number;
  readonly late: number;
}

/** A stretch of time, epoch ms. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Where a point's temperatures of a range leave time open: its first and last one, two that follow one another after more
 * than was asked, and faults, each from the first of a run to the next temperature (null: none in the range). Of very many
 * runs the last one told ends with null, whatever came after.
 */
export interface PointSteps {
  readonly point: string;
  readonly first: number;
  readonly last: number;
  readonly long: readonly Span[];
  readonly faults: readonly { readonly from: number; readonly to: number | null }[];
}

/** When a contact said that a door stood open or that mains power was lost; each statement holds to the next one. */
export interface SwitchSpans {
  readonly doors: readonly Span[];
  readonly powerCuts: readonly Span[];
}

/**
 * Where readings are kept: a view of the inbox that can be rebuilt from it (design §4). A reading's key is tenant,
 * measuring point and ts; writing the same reading again changes nothing.
 *
 * Side by side: reads always; writes where no point is in two of them. Two writes of one point on the way at once have no
 * order: of two values for one key InfluxDB may keep either, or fields of both (influxdb-client-js#324), and PostgreSQL
 * may end one of two overlapping writes as a deadlock (UNAVAILABLE). So each point belongs to one writer, which waits for
 * its write to resolve before it begins the next. A write that throws may have kept any part of its readings: it is written
 * again whole, and no later reading of its points before it.
 */
export interface ReadingsStore {
  readonly kind: "postgres" | "influx";
  /** For a person: which store this is, without secrets. */
  readonly describe: string;
  /**
   * Durable when it resolves; gives back what was refused for good, each found by halving, so that one bad reading costs few
   * attempts. @throws AppError UNAVAILABLE when the store can't answer now, with `retryAfterMs` where it says when
   */
  write(readings: readonly Reading[]): Promise<RefusedReading[]>;
  /** Readings sorted by measuring point, then time. @throws AppError UNAVAILABLE when the store can't answer now */
  range(range: ReadingsRange): Promise<Reading[]>;
  /** Buckets of whole multiples of `bucketMs`, those with a temperature only, by point, then time. @throws as `range` */
  buckets(range: ReadingsRange, bucketMs: number): Promise<Bucket[]>;
  /** Points without any temperature in the range are missing. @throws as `range` */
  steps(range: ReadingsRange, longerThanMs: number): Promise<PointSteps[]>;
  /** In order of time, neighbours joined; a statement holds for at most `holdMs`; doors where asked for. @throws as `range` */
  switches(range: ReadingsRange, holdMs: number, which: { readonly doors: boolean }): Promise<SwitchSpans>;
  /** @throws AppError UNAVAILABLE when the store can't answer now */
  ping(): Promise<void>;
}

/** Orders readings by measuring point, then time. */
export function byPointAndTime(a: Reading, b: Reading): number {
  if (a.point !== b.point) return a.point < b.point ? -1 : 1;
  return a.ts - b.ts;
}
