import { HttpError, InfluxDB, type SendOptions, type Transport } from "@influxdata/influxdb-client";
import type { InfluxAnswer } from "./influx-answer.ts";
import { influxSilence } from "./influx-fault.ts";
import { authorization, type InfluxSettings } from "./influx-settings.ts";
import type { AnswerHeaders } from "./retry-after.ts";

/** Requests to one InfluxDB, each ended after `timeoutMs` at the latest. */
export interface InfluxHttp {
  /** Posts lines. @throws AppError UNAVAILABLE when no answer came */
  write(path: string, lines: string): Promise<InfluxAnswer>;
  /** @throws AppError UNAVAILABLE when no answer came */
  ask(method: "GET" | "POST", path: string, body?: URLSearchParams | object): Promise<InfluxAnswer>;
}

const timeoutMs = 10_000;
/** Charts ask much at once; so many requests are on the way, the others wait. */
const asksMax = 8;
const writeAnswerMax = 4_096;

/**
 * Lines go by the client library's transport: it carries and authenticates over kept-alive connections, for 0.8 µs of CPU a
 * line. Its write buffer is not used: it drops what it can't send (reference/ingestion.md §1.4), takes 201 for success and
 * costs half as much again. Questions go by fetch, because that transport copies all of a long answer for each piece of it.
 */
export function openInfluxHttp(settings: InfluxSettings): InfluxHttp {
  const url = settings.url.replace(/\/$/, "");
  const headers = authorization(settings);
  const { transport } = new InfluxDB({ url, timeout: timeoutMs, headers });
  const inTurn = atMost(asksMax);
  // Compressing costs more CPU than all the rest of a write: only where a network lies between.
  const gzip = isLoopback(url) ? {} : { gzipThreshold: 1_000 };
  return {
    write: (path, lines) =>
      inTime((signal) =>
        exchange(transport, path, lines, {
          method: "POST",
          headers: { "content-type": "text/plain; charset=utf-8" },
          signal,
          ...gzip,
        }),
      ),
    ask: (method, path, body) =>
      inTurn(() => inTime((signal) => ask(`${url}${path}`, { method, headers, signal }, body))),
  };
}

/** Ends a request that takes too long. AbortSignal.timeout would hold each one's lines for all of its time: 80 MB at full speed. */
async function inTime<T>(request: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(new DOMException("no answer in time", "TimeoutError")),
    timeoutMs,
  );
  try {
    return await request(late.signal);
  } finally {
    clearTimeout(timer);
  }
}

function isLoopback(url: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}

function exchange(
  transport: Transport,
  path: string,
  lines: string,
  options: SendOptions,
): Promise<InfluxAnswer> {
  return new Promise((resolve, reject) => {
    let [status, headers, body]: [number, AnswerHeaders, string] = [0, {}, ""];
    transport.send(path, lines, options, {
      responseStarted: (started, code) => {
        [status, headers] = [code ?? 0, started];
      },
      next: (piece) => {
        body = (body + Buffer.from(piece).toString("utf8")).slice(0, writeAnswerMax);
      },
      complete: () => resolve({ status, headers, body }),
      error: (error) => {
        if (!(error instanceof HttpError)) return reject(influxSilence(error, "writing"));
        resolve({ status: error.statusCode, headers: error.headers ?? {}, body: error.body ?? "" });
      },
    });
  });
}

async function ask(
  url: string,
  { method, headers, signal }: { method: string; headers: Record<string, string>; signal: AbortSignal },
  body?: URLSearchParams | object,
): Promise<InfluxAnswer> {
  const isForm = body instanceof URLSearchParams;
  try {
    const answer = await fetch(url, {
      method,
      headers: body === undefined || isForm ? headers : { ...headers, "content-type": "application/json" },
      redirect: "manual",
      signal,
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    });
    return {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: await answer.text(),
    };
  } catch (error) {
    throw influxSilence(error, `asking ${new URL(url).pathname}`);
  }
}

/** Runs tasks side by side, no more than `most` of them; the others wait in order. */
function atMost(most: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (task) => {
    if (running < most) running += 1;
    else await new Promise<void>((go) => waiting.push(go));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
