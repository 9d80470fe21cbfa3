/** Stored temperatures by measuring point and time, read as a stranger would: without our own readings store. */
import type pg from "pg";
import { AppError } from "#domain/errors.ts";

/** A key of a reading. */
export interface PointTime {
  readonly point: string;
  readonly ts: number;
}

/** Looks temperatures up (milli-°C); undefined where none is stored. */
export interface Points {
  valuesOf(keys: readonly PointTime[]): Promise<(point: string, ts: number) => number | undefined>;
}

/** The table `readings`, where no InfluxDB is configured. */
export function openPostgresPoints(client: pg.Client): Points {
  return {
    valuesOf: async (keys) => {
      const found = await client.query<{ point: string; ts: string; t: number }>(
        `select r.point, r.ts, r.t_milli_c as t
           from unnest($1::text[], $2::bigint[]) as asked(point, ts)
           join readings r on r.point = asked.point and r.ts = asked.ts`,
        [keys.map(({ point }) => point), keys.map(({ ts }) => ts)],
      );
      const values = new Map(found.rows.map(({ point, ts, t }) => [`${point}/${ts}`, t]));
      return (point, ts) => values.get(`${point}/${ts}`);
    },
  };
}

const rowsPerQuery = 100_000;

/** An InfluxDB that answers InfluxQL, with user and password in the URL where it asks for them; each point is read once, whole. */
export function openInfluxPoints(url: string, database: string): Points {
  const known = new Map<string, Map<number, number>>();
  return {
    valuesOf: async (keys) => {
      for (const point of new Set(keys.map((key) => key.point)))
        if (!known.has(point)) known.set(point, await readPoint(url, database, point));
      return (point, ts) => known.get(point)?.get(ts);
    },
  };
}

async function readPoint(url: string, database: string, point: string): Promise<Map<number, number>> {
  if (!/^[A-Za-z0-9_.:-]{1,128}$/.test(point)) return new Map();
  const values = new Map<number, number>();
  for (let after = "0ms"; ; ) {
    const q = `SELECT t FROM reading WHERE point = '${point}' AND time > ${after} LIMIT ${rowsPerQuery}`;
    const rows = await ask(url, database, q);
    for (const [ts, t] of rows) values.set(ts, t);
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsPerQuery) return values;
    after = `${last[0]}ms`;
  }
}

async function ask(url: string, database: string, q: string): Promise<[number, number][]> {
  const address = new URL(`/query?${new URLSearchParams({ db: database, epoch: "ms", q })}`, url);
  const { username, password } = address;
  [address.username, address.password] = ["", ""];
  const authorization = `Basic ${btoa(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)}`;
  const response = await fetch(address, username === "" ? {} : { headers: { authorization } }).catch(
    (cause: unknown) => {
      throw new AppError("UNAVAILABLE", "--influx can't be reached", { part: "readings" }, cause);
    },
  );
  const answer = (await response.json()) as {
    results?: { series?: { values: [number, number][] }[] }[];
    error?: string;
  };
  if (answer.error !== undefined) throw new AppError("UNAVAILABLE", `InfluxDB: ${answer.error}`);
  return answer.results?.[0]?.series?.[0]?.values ?? [];
}
