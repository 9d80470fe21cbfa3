import { bisect, type Refusal } from "./bisect.ts";
import { type InfluxAnswer, wordsOf } from "./influx-answer.ts";
import { influxFault } from "./influx-fault.ts";
import type { InfluxHttp } from "./influx-http.ts";
import type { InfluxSettings } from "./influx-settings.ts";
import { type PlacedLine, toLines } from "./line-protocol.ts";
import type { Reading, RefusedReading, WriteMeter } from "./readings-store.ts";

const linesPerWrite = 5_000;
/**
 * Refusals in the dress of a bad line (400, 422) that speak of the database, its limits or the request: 1.x' limits of
 * series and tag values, 3.x' limits of tables and columns, a database that is deleted or badly named. A reading is never
 * blamed for them.
 */
const notTheReading =
  /limit exceeded|exceed(s|ed)? (the )?(limit|number) of|max-(series|values)-per|database.*(deleted|name)|db name|content[- ]encoding/i;
/** 1.x and 2.x repeat the line behind these words, with whatever its texts say. */
const unreadable = /^(partial write: )?unable to parse/i;
/** Every point of a write lies before what the retention policy keeps: halving would ask thousands of times to no end. */
const allTooOld = /points beyond retention policy dropped=(\d+)/;

/**
 * Writes readings; those whose content is refused come back, each with InfluxDB's words: a refused write is halved until the
 * offenders stand alone, at most 2·log2(n) writes for each, and rewriting the others changes nothing.
 * @throws AppError UNAVAILABLE for everything that is not about the content, with `retryAfterMs` where InfluxDB states it
 */
export function openInfluxWriter(
  settings: InfluxSettings,
  http: InfluxHttp,
  createDatabase: () => Promise<void>,
  meter?: WriteMeter,
): (readings: readonly Reading[]) => Promise<RefusedReading[]> {
  const path = writePath(settings);
  const send = async (lines: string, count: number): Promise<Refusal | null> => {
    let answer = await http.write(path, lines);
    if (settings.version === 1 && answer.status === 404) {
      await createDatabase();
      answer = await http.write(path, lines);
    }
    return refusalIn(answer, settings, count);
  };
  const write = async (readings: readonly Reading[]): Promise<RefusedReading[]> => {
    const { text, lines, refused } = toLines(readings);
    const attempt = (part: readonly PlacedLine[]) =>
      send(text.slice(part[0]?.start, part.at(-1)?.end), part.length);
    const found = await bisect(lines, attempt, meter?.halved);
    return [...refused, ...found.map(({ item, detail }) => ({ reading: item.reading, detail }))];
  };
  return async (readings) => {
    const refused: RefusedReading[] = [];
    const count = Math.ceil(readings.length / linesPerWrite);
    await twoAtOnce(count, async (at) => {
      refused.push(...(await write(readings.slice(at * linesPerWrite, (at + 1) * linesPerWrite))));
    });
    return refused;
  };
}

/** Writes parts in their order, each made ready while InfluxDB takes in the one before; none is under way when this ends. */
async function twoAtOnce(count: number, write: (at: number) => Promise<void>): Promise<void> {
  let before = Promise.resolve();
  let current = before;
  try {
    for (let at = 0; at < count; at += 1) {
      current = write(at);
      current.catch(() => undefined); // told in its turn
      await before;
      before = current;
    }
  } finally {
    await Promise.allSettled([before, current]);
  }
  await current;
}

/** 3.x has no organisations; it takes the bucket's name for the database (influxdb3 docs, compatibility APIs). */
function writePath({ version, database, org }: InfluxSettings): string {
  const name = encodeURIComponent(database);
  if (version === 1) return `/write?db=${name}&precision=ms`;
  const owner = version === 2 ? `org=${encodeURIComponent(org ?? "")}&` : "";
  return `/api/v2/write?${owner}bucket=${name}&precision=ms`;
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
  const isBlameless = notTheReading.test(detail) && !unreadable.test(detail);
  if (isTooLarge ? count === 1 : !isAboutLines(answer, count) || isBlameless) {
    throw influxFault(answer, settings, "writing");
  }
  return { detail: detail || `refused with ${status}`, all: Number(allTooOld.exec(detail)?.[1]) === count };
}

/**
 * InfluxDB says in JSON what is wrong with lines. A 400 in other words is a proxy's, or a TLS port's that we speak plain
 * HTTP to: it must not send every reading to the dead letters. A single line can't be stored in part.
 */
function isAboutLines({ status, body }: InfluxAnswer, count: number): boolean {
  if (status === 201 && count > 1) return true;
  return [201, 400, 422].includes(status) && body.trimStart().startsWith("{");
}
