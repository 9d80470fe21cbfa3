import { AppError } from "#domain/errors.ts";
import { jsonOf } from "./influx-answer.ts";
import { openInfluxCharts } from "./influx-charts.ts";
import { influxFault } from "./influx-fault.ts";
import { type InfluxHttp, openInfluxHttp } from "./influx-http.ts";
import { findMapping, type Mapping } from "./influx-mapping.ts";
import { rangeQueries, readingsFromAnswer, saysNoDatabase } from "./influx-query.ts";
import { checkInfluxSettings, type InfluxSettings } from "./influx-settings.ts";
import { openInfluxWriter } from "./influx-write.ts";
import { byPointAndTime, type Reading, type ReadingsStore, type WriteMeter } from "./readings-store.ts";

/**
 * Readings in InfluxDB 1.x, 2.x or 3.x; what each version is sent and answers is in docs/readings-store.md.
 * @throws AppError BAD_SETTING when the database's name is none that this version takes
 */
export function openInfluxReadings(settings: InfluxSettings, meter?: WriteMeter): ReadingsStore {
  checkInfluxSettings(settings);
  const { version, url, database } = settings;
  const http = openInfluxHttp(settings);
  const ask = openQuery(settings, http);
  return {
    kind: "influx",
    describe: `readings in InfluxDB ${version}.x at ${new URL(url).host}, database ${database}`,
    write: openInfluxWriter(settings, http, () => createDatabase(settings, http), meter),
    range: async (range) => {
      const found: Reading[] = [];
      for (const query of rangeQueries(range)) found.push(...readingsFromAnswer(await ask(query)));
      return found.sort(byPointAndTime);
    },
    ...openInfluxCharts(ask),
    ping: async () => {
      const answer = await http.ask("GET", "/ping");
      if (answer.status !== 200 && answer.status !== 204) throw influxFault(answer, settings, "pinged");
    },
  };
}

/** Asks `/query` in InfluxQL about our database; an answer without `results` stands for "nothing was written yet". */
function openQuery(settings: InfluxSettings, http: InfluxHttp): (query: string) => Promise<unknown> {
  const { version, database } = settings;
  let mapping: Promise<Mapping> | null = null;
  const forget = () => {
    mapping = null;
  };
  return async (query) => {
    if (version === 2 && mapping === null) {
      mapping = findMapping(http, settings);
      mapping.catch(forget);
    }
    const rp = (await mapping)?.rp ?? null;
    const form = new URLSearchParams({ q: query, epoch: "ms", db: database, ...(rp === null ? {} : { rp }) });
    const answer = await http.ask("POST", "/query", form);
    // 3.x makes the database with the first write.
    if (version === 3 && answer.status === 404 && /not found/i.test(answer.body)) return {};
    if (answer.status !== 200) throw influxFault(answer, settings, "reading");
    const said: unknown = jsonOf(answer);
    if (version !== 2 || !saysNoDatabase(said)) return said;
    forget();
    throw new AppError(
      "UNAVAILABLE",
      `InfluxDB lost the mapping (DBRP) of ${database}; it is looked up anew`,
    );
  };
}

/** 1.x has no database until somebody makes it; the policy that comes with it keeps readings for ever. */
async function createDatabase(settings: InfluxSettings, http: InfluxHttp): Promise<void> {
  const form = new URLSearchParams({ q: `CREATE DATABASE "${settings.database}"` });
  const answer = await http.ask("POST", "/query", form);
  if (answer.status === 200) return;
  throw influxFault(answer, settings, `creating the missing database ${settings.database}`);
}
