import { expect, it } from "vitest";
import { chartCsv } from "./csv.ts";
import { sampleChart } from "./sample-chart.ts";

it("has a line for each sensor and time, safe for a spreadsheet", () => {
  const names = new Map([
    ["s1", '=HYPERLINK("x","y")'],
    ["s2", "top"],
  ]);
  const lines = chartCsv(sampleChart(), names).split("\r\n");
  expect(lines).toHaveLength(1 + 6 + 3 + 1);
  expect(lines[0]).toBe("time_utc,sensor,min_c,max_c,mean_c,readings,late_readings");
  expect(lines[3]).toBe(`2026-03-01T04:20:00.000Z,"'=HYPERLINK(""x"",""y"")",8.2,9.5,9,1,1`);
  expect(lines[7]).toBe("2026-03-01T04:00:00.000Z,top,3,4,3.5,1,0");
});
