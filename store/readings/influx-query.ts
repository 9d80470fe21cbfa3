import { AppError } from "#domain/errors.ts";
import { measurement, originOf } from "./line-protocol.ts";
import type { Reading, ReadingsRange } from "./readings-store.ts";

const pointsPerQuery = 100;
const idPattern = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/;

/** The InfluxQL queries that read a range back; InfluxQL on `/query` is the one way 1.x, 2.x and 3.x share. */
export function rangeQueries(range: ReadingsRange): string[] {
  return conditionsOf(range).map((condition) => `SELECT * FROM ${measurement} WHERE ${condition}`);
}

/** What follows WHERE for a range: one condition for each hundred points. @throws AppError BAD_REQUEST for strange ids */
export function conditionsOf({ tenant, points, from, to }: ReadingsRange): string[] {
  const conditions: string[] = [];
  for (let at = 0; at < points.length; at += pointsPerQuery) {
    const which = points.slice(at, at + pointsPerQuery).map((point) => `point = ${literal(point)}`);
    conditions.push(
      `tenant = ${literal(tenant)} AND (${which.join(" OR ")}) ` +
        `AND time >= ${instant(from)} AND time < ${instant(to)}`,
    );
  }
  return conditions;
}

function literal(id: string): string {
  if (!idPattern.test(id))
    throw new AppError("BAD_REQUEST", "not an id of a measuring point or tenant", { id });
  return `'${id}'`;
}

/** Bounds beyond what InfluxDB can hold stand for "from the beginning" and "to the end". */
function instant(epochMs: number): string {
  const furthestMs = 9_223_372_036_853;
  return `${Math.trunc(Math.min(Math.max(epochMs, -furthestMs), furthestMs))}ms`;
}

/** One series of an answer of `/query`; `tags` where it was grouped by tags. */
export interface Series {
  readonly tags?: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly unknown[])[];
}

/** The readings in an answer of `/query`. @throws AppError UNAVAILABLE when the answer says that the query failed */
export function readingsFromAnswer(answer: unknown): Reading[] {
  return seriesOf(answer).flatMap(readingsOf);
}

/**
 * The series in an answer of `/query`; none where there is no database yet.
 * @throws AppError UNAVAILABLE when the answer says that the query failed
 */
export function seriesOf(answer: unknown): Series[] {
  if (saysNoDatabase(answer)) return [];
  const fault = faultOf(answer);
  if (fault !== undefined) throw new AppError("UNAVAILABLE", `InfluxDB could not answer: ${fault}`);
  return ((answer as Answer).results ?? []).flatMap((result) => result.series ?? []);
}

/** Whether an answer of `/query` says that the database is missing. */
export function saysNoDatabase(answer: unknown): boolean {
  return faultOf(answer)?.includes("database not found") === true;
}

interface Answer {
  readonly results?: readonly { readonly series?: Series[]; readonly error?: string }[];
  readonly error?: string;
}

function faultOf(answer: unknown): string | undefined {
  const { results, error } = answer as Answer;
  return error ?? results?.find((result) => result.error)?.error;
}

function readingsOf({ columns, values }: Series): Reading[] {
  const at = new Map(columns.map((name, index) => [name, index]));
  return values.map((row) => {
    const cell = <T>(name: string) => (row[at.get(name) ?? -1] ?? null) as T | null;
    const origin = cell<string>("origin");
    return {
      tenant: cell<string>("tenant") ?? "",
      point: cell<string>("point") ?? "",
      ts: cell<number>("time") ?? 0,
      tMilliC: cell<number>("t"),
      rhPermille: cell<number>("rh"),
      door: cell<boolean>("door"),
      power: cell<boolean>("power"),
      lat: cell<number>("lat"),
      lon: cell<number>("lon"),
      err: cell<string>("err"),
      late: cell<boolean>("late") ?? false,
      ...(origin === null ? originInFields(cell) : originOf(origin)),
    };
  });
}

/** Readings from before there was `origin` have a field for each of these. */
function originInFields(cell: <T>(name: string) => T | null): ReturnType<typeof originOf> {
  return {
    equipmentId: cell<string>("equipment") ?? "",
    receivedAt: cell<number>("received") ?? 0,
    inboxId: cell<number>("inbox") ?? 0,
    signedBy: cell<string>("kid"),
  };
}
