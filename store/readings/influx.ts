import { HttpError, InfluxDB, type WriteApi } from "@influxdata/influxdb-client";
import { AppError } from "#domain/errors.ts";
import { openInfluxCharts } from "./influx-charts.ts";
import { rangeQueries, readingsFromAnswer } from "./influx-query.ts";
import { toLine } from "./line-protocol.ts";
import { byPointAndTime, type Reading, type ReadingsStore, type RefusedReading } from "./readings-store.ts";

/** Where InfluxDB is: `version` 1 speaks `/write` with Basic auth, 2 and 3 speak `/api/v2/write` with a token. */
export interface InfluxSettings {
  readonly url: string;
  readonly version: 1 | 2 | 3;
  readonly database: string;
  readonly org?: string | undefined;
  readonly token?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

const namePattern = /^[A-Za-z0-9_.-]{1,64}$/;
const timeoutMs = 10_000;
const linesPerWrite = 5_000;
/** Statuses with which InfluxDB says that a line, not the moment, is wrong. */
const contentStatuses = new Set([400, 413, 422]);

/**
 * Readings in InfluxDB 1.x, 2.x or 3.x. The client library carries and authenticates; its retry buffer is not used,
 * because it drops what it can't send (reference/ingestion.md §1.4).
 * @throws AppError BAD_SETTING when the database's name is not plain
 */
export function openInfluxReadings(settings: InfluxSettings): ReadingsStore {
  if (!namePattern.test(settings.database)) {
    throw new AppError("BAD_SETTING", "INFLUX_DATABASE must be letters, digits, _ . -", {
      name: settings.database,
    });
  }
  const api = openWriteApi(settings);
  const send = (readings: readonly Reading[]) => writeOrBisect(settings, api, readings);
  return {
    kind: "influx",
    describe: `readings in InfluxDB ${settings.version}.x at ${new URL(settings.url).host}, database ${settings.database}`,
    write: (batch) => writeInChunks(send, batch),
    range: async (range) => {
      const found: Reading[] = [];
      for (const query of rangeQueries(range)) {
        found.push(...readingsFromAnswer(await ask(settings, query, settings.database)));
      }
      return found.sort(byPointAndTime);
    },
    ...openInfluxCharts((query) => ask(settings, query, settings.database)),
    ping: () => ping(settings),
  };
}

function openWriteApi(settings: InfluxSettings): WriteApi {
  const { url, version, database, org, token } = settings;
  const client = new InfluxDB({
    url,
    timeout: timeoutMs,
    ...(version === 1 ? { headers: authorization(settings) } : { token: token ?? "" }),
  });
  const api = client.getWriteApi(org ?? "", database, "ms", {
    batchSize: 1_000_000,
    maxBatchBytes: 1_000_000_000,
    flushInterval: 0,
    maxRetries: 0,
    maxBufferLines: 0,
    writeFailed: (error) => Promise.reject(error),
  });
  if (version === 1) api.path = `/write?db=${encodeURIComponent(database)}&precision=ms`;
  return api;
}

async function writeInChunks(
  send: (readings: readonly Reading[]) => Promise<RefusedReading[]>,
  batch: readonly Reading[],
): Promise<RefusedReading[]> {
  const refused: RefusedReading[] = [];
  for (let from = 0; from < batch.length; from += linesPerWrite) {
    refused.push(...(await send(batch.slice(from, from + linesPerWrite))));
  }
  return refused;
}

/** Halves a batch that InfluxDB refuses until the offenders stand alone; rewriting the others changes nothing. */
async function writeOrBisect(
  settings: InfluxSettings,
  api: WriteApi,
  readings: readonly Reading[],
): Promise<RefusedReading[]> {
  if (readings.length === 0) return [];
  const detail = await tryWrite(settings, api, readings);
  if (detail === null) return [];
  const [first, ...others] = readings;
  if (first && others.length === 0) return [{ reading: first, detail }];
  const middle = Math.ceil(readings.length / 2);
  const left = await writeOrBisect(settings, api, readings.slice(0, middle));
  return [...left, ...(await writeOrBisect(settings, api, readings.slice(middle)))];
}

/** Null when all is durable, InfluxDB's words when it refuses the content. @throws AppError UNAVAILABLE otherwise */
async function tryWrite(
  settings: InfluxSettings,
  api: WriteApi,
  readings: readonly Reading[],
): Promise<string | null> {
  try {
    await post(api, readings.map(toLine));
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    if (error instanceof HttpError && contentStatuses.has(error.statusCode)) return error.message;
    if (settings.version === 1 && error instanceof HttpError && error.statusCode === 404) {
      await ask(settings, `CREATE DATABASE "${settings.database}"`);
      return tryAgain(api, readings);
    }
    throw unavailable(error);
  }
}

async function tryAgain(api: WriteApi, readings: readonly Reading[]): Promise<string | null> {
  try {
    await post(api, readings.map(toLine));
    return null;
  } catch (error) {
    if (error instanceof HttpError && contentStatuses.has(error.statusCode)) return error.message;
    throw unavailable(error);
  }
}

/** In one tick: what is flushed is then exactly these lines, and the promise speaks of them. */
function post(api: WriteApi, lines: string[]): Promise<void> {
  api.writeRecords(lines);
  return api.flush();
}

async function ask(settings: InfluxSettings, query: string, database?: string): Promise<unknown> {
  const form = new URLSearchParams({ q: query, epoch: "ms", ...(database ? { db: database } : {}) });
  const answer = await request(settings, "/query", { method: "POST", body: form });
  return answer.json();
}

async function ping(settings: InfluxSettings): Promise<void> {
  await request(settings, "/ping", { method: "GET" });
}

async function request(settings: InfluxSettings, path: string, init: RequestInit): Promise<Response> {
  const url = `${settings.url.replace(/\/$/, "")}${path}`;
  const options = { ...init, headers: authorization(settings), signal: AbortSignal.timeout(timeoutMs) };
  const answer = await fetch(url, options).catch((error: unknown) => {
    throw unavailable(error);
  });
  if (answer.ok) return answer;
  throw new AppError("UNAVAILABLE", `InfluxDB answered ${answer.status} on ${path}`, {
    status: answer.status,
    body: (await answer.text()).slice(0, 500),
  });
}

function authorization(settings: InfluxSettings): Record<string, string> {
  const { version, token, username, password } = settings;
  if (version !== 1) return token ? { authorization: `Token ${token}` } : {};
  if (!username) return {};
  return { authorization: `Basic ${btoa(`${username}:${password ?? ""}`)}` };
}

/** `Retry-After` is in seconds (RFC 9110 §10.2.3); the client library takes it for milliseconds. */
function unavailable(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const seconds = error instanceof HttpError ? Number(error.headers?.["retry-after"]) : Number.NaN;
  const facts = Number.isFinite(seconds) ? { retryAfterMs: seconds * 1_000 } : {};
  return new AppError("UNAVAILABLE", "InfluxDB can't take readings now", facts, error);
}
