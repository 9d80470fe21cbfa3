import { expect, it } from "vitest";
import type { ReadingRow } from "./bundle.ts";
import { rowsIn } from "./reading-columns.ts";
import { parseReadingsCsv, readingsCsvHeader, readingsCsvLine } from "./readings-csv.ts";

const parsed = (csv: string) => {
  const columns = parseReadingsCsv(csv);
  return rowsIn({ columns, first: 0, end: columns.length });
};
const rows: readonly ReadingRow[] = [
  ["p1", 1767600000000, 4100, null],
  ["p1", 1767600060000, -18_250, null],
  ["p1", -1, null, "OPEN"],
  ['say "p", 2', 0, 0, ""],
  ["x".repeat(64), 1, null, '"'.repeat(64)],
  ["line\nend\r", 2, null, "药"],
];

it("gives back every reading that was written, null and empty texts apart", () => {
  const csv = readingsCsvHeader + rows.map(readingsCsvLine).join("");
  expect(parsed(csv)).toEqual(rows);
  expect(parsed(readingsCsvHeader)).toEqual([]);
});

it.each([
  ["no header", "p1,1,2,\n"],
  ["no line feed at the end", `${readingsCsvHeader}p1,1,2,`],
  ["a field too few", `${readingsCsvHeader}p1,1,2\n`],
  ["a field too many", `${readingsCsvHeader}p1,1,2,,\n`],
  ["no time", `${readingsCsvHeader}p1,,2,\n`],
  ["a fraction", `${readingsCsvHeader}p1,1,2.5,\n`],
  ["no point", `${readingsCsvHeader},1,2,\n`],
  ["a point too long", `${readingsCsvHeader}${"x".repeat(65)},1,2,\n`],
  ["a quote that isn't closed", `${readingsCsvHeader}"p1,1,2,\n${"p1,1,2,\n".repeat(100)}`],
  ["an empty line", `${readingsCsvHeader}\n`],
])("refuses %s", (_what, csv) => {
  expect(() => parseReadingsCsv(csv)).toThrow(/readings/);
});
