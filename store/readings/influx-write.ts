import { AppError } from "#domain/errors.ts";
import { type InfluxAnswer, wordsOf } from "./influx-answer.ts";
import { influxFault } from "./influx-fault.ts";
import type { InfluxHttp } from "./influx-http.ts";
import type { InfluxSettings } from "./influx-settings.ts";
import { toLine } from "./line-protocol.ts";
import type { Reading, RefusedReading } from "./readings-store.ts";

const linesPerWrite = 5_000;
/**
 * Refusals in the dress of a bad line (400, 422) that speak of the database, its limits or the request: 1.x' limits of
 * series and tag values, 3.x' limits of tables and columns, a database that is deleted or badly named. A reading is never
 * blamed for them.
 */
const notTheReading =
  /limit exceeded|exceed(s|ed)? (the )?(limit|number) of|max-(series|values)-per|database.*(deleted|name)|db name|content[- ]encoding|engine is closed|timeout/i;
/** Every point of a write lies before what the retention policy keeps: halving would ask thousands of times to no end. */
const allTooOld = /points beyond retention policy dropped=(\d+)/;

/** Readings that can be sent, with their lines, and those that can't be lines. */
interface Batch {
  readonly readings: readonly Reading[];
  readonly lines: readonly string[];
}

/**
 * Writes readings; those whose content is refused come back, each with InfluxDB's words: a refused write is halved until the
 * offenders stand alone, at most 2·log2(n) writes for each, and rewriting the others changes nothing.
 * @throws AppError UNAVAILABLE for everything that is not about the content, with `retryAfterMs` where InfluxDB states it
 */
export function openInfluxWriter(
  settings: InfluxSettings,
  http: InfluxHttp,
  createDatabase: () => Promise<void>,
): (readings: readonly Reading[]) => Promise<RefusedReading[]> {
  const path = writePath(settings);
  const post = async (lines: readonly string[]): Promise<InfluxAnswer> => {
    const body = lines.join("\n");
    const answer = await http.write(path, body);
    if (settings.version !== 1 || answer.status !== 404) return answer;
    await createDatabase();
    return await http.write(path, body);
  };
  const send = async ({ readings, lines }: Batch): Promise<RefusedReading[]> => {
    if (lines.length === 0) return [];
    const refusal = refusalIn(await post(lines), settings, lines.length);
    if (refusal === null) return [];
    if (lines.length === 1 || refusal.all) {
      return readings.map((reading) => ({ reading, detail: refusal.detail }));
    }
    const middle = Math.ceil(lines.length / 2);
    const half = (from: number, to?: number) =>
      send({ readings: readings.slice(from, to), lines: lines.slice(from, to) });
    const left = await half(0, middle);
    return [...left, ...(await half(middle))];
  };
  return async (readings) => {
    const refused: RefusedReading[] = [];
    for (let from = 0; from < readings.length; from += linesPerWrite) {
      const batch = toBatch(readings.slice(from, from + linesPerWrite), refused);
      refused.push(...(await send(batch)));
    }
    return refused;
  };
}

/** 3.x has no organisations; it takes the bucket's name for the database (influxdb3 docs, compatibility APIs). */
function writePath({ version, database, org }: InfluxSettings): string {
  const name = encodeURIComponent(database);
  if (version === 1) return `/write?db=${name}&precision=ms`;
  const owner = version === 2 ? `org=${encodeURIComponent(org ?? "")}&` : "";
  return `/api/v2/write?${owner}bucket=${name}&precision=ms`;
}

function toBatch(readings: readonly Reading[], refused: RefusedReading[]): Batch {
  const kept: Reading[] = [];
  const lines: string[] = [];
  for (const reading of readings) {
    try {
      lines.push(toLine(reading));
      kept.push(reading);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refused.push({ reading, detail: error.message });
    }
  }
  return { readings: kept, lines };
}

interface Refusal {
  readonly detail: string;
  /** InfluxDB says of every line that it is refused. */
  readonly all: boolean;
}

/**
 * Null when all is durable: 204 and nothing else. 201 is a partial success of 3.x clusters; 400 and 422 speak of lines, as
 * a rule; 413 of too many of them.
 */
function refusalIn(answer: InfluxAnswer, settings: InfluxSettings, count: number): Refusal | null {
  const { status } = answer;
  if (status === 204) return null;
  const detail = wordsOf(answer);
  const isTooLarge = status === 413 || /max(imum)? request size/i.test(detail);
  const isAboutLines = status === 201 ? count > 1 || detail !== "" : status === 400 || status === 422;
  if (isTooLarge ? count === 1 : !isAboutLines || notTheReading.test(detail)) {
    throw influxFault(answer, settings, "writing");
  }
  return { detail: detail || `refused with ${status}`, all: Number(allTooOld.exec(detail)?.[1]) === count };
}
