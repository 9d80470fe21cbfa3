/** Sealed readings as CSV (RFC 4180 with line feeds): what a spreadsheet opens, and what a window's `data` root is over. */
import type { ReadingRow } from "./bundle.ts";
import { ReadingCollector, type ReadingColumns } from "./reading-columns.ts";

/** The first line: measuring point, device time in epoch ms, milli-°C, sensor fault. */
export const readingsCsvHeader = "point,time_ms,milli_c,fault\n";

const shortestLine = "p,1,,\n";

/** One reading as a line; an empty field is null, an empty text is `""`. */
export function readingsCsvLine([point, ts, tMilliC, err]: ReadingRow): string {
  return `${quoted(point)},${ts},${tMilliC ?? ""},${err === null ? "" : quoted(err)}\n`;
}

/** The readings of a CSV text. @throws Error naming the line that is none */
export function parseReadingsCsv(csv: string): ReadingColumns {
  if (!csv.startsWith(readingsCsvHeader)) throw new Error("the readings do not begin with their header");
  const readings = new ReadingCollector(linesAtMost(csv));
  const line =
    /(?:([^",\r\n]{1,64})|"((?:[^"]|""){0,64})"),(-?\d{1,16}),(-?\d{1,16})?,(?:([^",\r\n]{1,64})|"((?:[^"]|""){0,64})")?\n/y;
  line.lastIndex = readingsCsvHeader.length;
  while (line.lastIndex < csv.length) {
    const found = line.exec(csv);
    if (found === null) throw new Error(`line ${readings.length + 2} of the readings is none`);
    const [, point, quotedPoint, ts, tMilliC, err, quotedErr] = found;
    const t = tMilliC === undefined ? null : Number(tMilliC);
    readings.add(textOf(point, quotedPoint) ?? "", Number(ts), t, textOf(err, quotedErr));
  }
  return readings.columns();
}

/** Every reading ends in a line feed, which quoted texts may hold too, and takes six characters at least. */
function linesAtMost(csv: string): number {
  let lines = 0;
  for (let at = csv.indexOf("\n"); at !== -1; at = csv.indexOf("\n", at + 1)) lines += 1;
  return Math.min(lines, Math.ceil(csv.length / shortestLine.length));
}

function textOf(plain: string | undefined, inQuotes: string | undefined): string | null {
  return plain ?? inQuotes?.replaceAll('""', '"') ?? null;
}

function quoted(text: string): string {
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
