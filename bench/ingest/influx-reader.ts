/** Reads counts and times back by InfluxQL over `/query`, as any dashboard would. */
export interface InfluxReader {
  createDatabase(name: string): Promise<void>;
  /** Readings in a database that a condition (InfluxQL) selects; 0 where there is no such database yet. */
  count(database: string, condition: string): Promise<number>;
  /** The newest time (epoch ms) among the readings that a condition selects; 0 where there are none. */
  newest(database: string, condition: string): Promise<number>;
  /** Times (epoch ms) of the readings that a condition selects. */
  times(database: string, condition: string): Promise<number[]>;
}

type Row = readonly (number | null)[];
interface Answer {
  readonly results?: readonly {
    readonly error?: string;
    readonly series?: readonly { readonly values: readonly Row[] }[];
  }[];
}

const timeoutMs = 30_000;

/** Opens a reader of the InfluxDB at `url`. */
export function openInfluxReader(url: string): InfluxReader {
  const ask = async (q: string, db?: string): Promise<Row[]> => {
    const body = new URLSearchParams({ q, epoch: "ms", ...(db === undefined ? {} : { db }) });
    const response = await fetch(`${url}/query`, {
      method: "POST",
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answer = (await response.json()) as Answer;
    const [result] = answer.results ?? [];
    if (result?.error?.startsWith("database not found")) return [];
    if (!response.ok || result === undefined || result.error !== undefined)
      throw new Error(`InfluxDB answered ${response.status} ${result?.error ?? ""} to ${q}`);
    return (result.series ?? []).flatMap(({ values }) => values);
  };
  return {
    createDatabase: async (name) => void (await ask(`CREATE DATABASE "${name}"`)),
    count: async (database, condition) => {
      const rows = await ask(`SELECT count(t) FROM reading WHERE ${condition}`, database);
      return rows[0]?.[1] ?? 0;
    },
    newest: async (database, condition) => {
      const rows = await ask(`SELECT last(t) FROM reading WHERE ${condition}`, database);
      return rows[0]?.[0] ?? 0;
    },
    times: async (database, condition) => {
      const rows = await ask(`SELECT t FROM reading WHERE ${condition}`, database);
      return rows.flatMap(([time]) => time ?? []);
    },
  };
}
