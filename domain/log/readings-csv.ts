/** Sealed readings as CSV (RFC 4180 with line feeds): what a spreadsheet opens, and what a window's `data` root is over. */
import type { ReadingRow } from "./bundle.ts";

/** The first line: measuring point, device time in epoch ms, milli-°C, sensor fault. */
export const readingsCsvHeader = "point,time_ms,milli_c,fault\n";

/** One reading as a line; an empty field is null, an empty text is `""`. */
export function readingsCsvLine([point, ts, tMilliC, err]: ReadingRow): string {
  return `${quoted(point)},${ts},${tMilliC ?? ""},${err === null ? "" : quoted(err)}\n`;
}

/** The readings of a CSV text. @throws Error naming the line that is none */
export function parseReadingsCsv(csv: string): ReadingRow[] {
  if (!csv.startsWith(readingsCsvHeader)) throw new Error("the readings do not begin with their header");
  const rows: ReadingRow[] = [];
  const line =
    /(?:([^",\r\n]{1,64})|"((?:[^"]|""){0,64})"),(-?\d{1,16}),(-?\d{1,16})?,(?:([^",\r\n]{1,64})|"((?:[^"]|""){0,64})")?\n/y;
  line.lastIndex = readingsCsvHeader.length;
  while (line.lastIndex < csv.length) {
    const found = line.exec(csv);
    if (found === null) throw new Error(`line ${rows.length + 2} of the readings is none`);
    rows.push(rowOf(found));
  }
  return rows;
}

function rowOf([, point, quotedPoint, ts, tMilliC, err, quotedErr]: RegExpExecArray): ReadingRow {
  return [
    textOf(point, quotedPoint) ?? "",
    Number(ts),
    tMilliC === undefined ? null : Number(tMilliC),
    textOf(err, quotedErr),
  ];
}

function textOf(plain: string | undefined, inQuotes: string | undefined): string | null {
  return plain ?? inQuotes?.replaceAll('""', '"') ?? null;
}

function quoted(text: string): string {
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
