import { AppError } from "#domain/errors.ts";
import { type InfluxAnswer, wordsOf } from "./influx-answer.ts";
import type { InfluxSettings } from "./influx-settings.ts";
import { retryAfterMs } from "./retry-after.ts";

/**
 * The fault of an answer that is about the moment or the set-up, never about a reading: tried again for ever, in words
 * that tell the operator the cure.
 */
export function influxFault(answer: InfluxAnswer, settings: InfluxSettings, doing: string): AppError {
  const waitMs = retryAfterMs(answer.headers);
  const cure = cureOf(answer.status, settings);
  const said = wordsOf(answer);
  const detail = `InfluxDB answered ${answer.status} when ${doing}${cure && `: ${cure}`}${said && ` (${said})`}`;
  const facts = { status: answer.status, ...(waitMs === null ? {} : { retryAfterMs: waitMs }) };
  return new AppError("UNAVAILABLE", detail, facts);
}

/** No answer at all: refused, cut off, or not in time. */
export function influxSilence(cause: unknown, doing: string): AppError {
  if (cause instanceof AppError) return cause;
  return new AppError("UNAVAILABLE", `InfluxDB can't be reached when ${doing}`, {}, cause);
}

function cureOf(status: number, { version, database, org, url }: InfluxSettings): string {
  const { host } = new URL(url);
  const place = version === 2 ? `bucket ${database} of organisation ${org ?? ""}` : `database ${database}`;
  if (status >= 300 && status < 400)
    return "INFLUX_URL is answered with a redirect; set it to the address behind";
  if (status === 401) {
    return version === 1
      ? `INFLUX_USERNAME and INFLUX_PASSWORD are not known at ${host}`
      : `INFLUX_TOKEN is missing, revoked or not of ${host}`;
  }
  if (status === 403) return `our user or token must be allowed to read and write ${place}`;
  if (status === 404)
    return `there is no ${place} at ${host}, or it is not InfluxDB ${version}.x: create it, or correct INFLUX_URL, INFLUX_VERSION, INFLUX_DATABASE${version === 2 ? ", INFLUX_ORG" : ""}`;
  return "";
}
