import { describe, expect, it } from "vitest";
import {
  formatClock,
  formatDate,
  formatDay,
  formatDuration,
  formatRange,
  formatShort,
  formatTemperature,
  formatTime,
} from "./format.ts";

const at = Date.UTC(2025, 10, 21, 18, 4, 59);

describe("moments", () => {
  it("are told in Beijing time with the zone named", () => {
    expect(formatTime("en", at)).toBe("22 Nov 2025, 02:04 (Beijing time)");
    expect(formatTime("zh-CN", at)).toBe("2025年11月22日 02:04（北京时间）");
    expect(formatDay("en", at)).toBe("22 Nov 2025");
  });

  it("are short where the day is known", () => {
    expect(formatClock(at)).toBe("02:04");
    expect(formatShort("en", at, at + 3_600_000)).toBe("02:04");
    expect(formatShort("en", at, at + 86_400_000)).toBe("22 Nov 02:04");
    expect(formatShort("zh-CN", at, at + 86_400_000)).toBe("11月22日 02:04");
  });

  it("name the date twice only when it changes", () => {
    expect(formatRange("en", at, at + 3_600_000)).toBe("22 Nov 2025, 02:04 – 03:04 (Beijing time)");
    expect(formatRange("zh-CN", at, at + 86_400_000)).toBe(
      "2025年11月22日 02:04 – 2025年11月23日 02:04（北京时间）",
    );
  });

  it("a printed date is put into words, anything else is left alone", () => {
    expect(formatDate("en", "2026-05-31")).toBe("31 May 2026");
    expect(formatDate("zh-CN", "2026-05-31")).toBe("2026年5月31日");
    expect(formatDate("en", "2026-05")).toBe("2026-05");
  });
});

describe("durations", () => {
  it.each([
    [40_000, "40 s", "40 秒"],
    [31 * 60_000, "31 min", "31 分钟"],
    [18_000_000, "5 h 0 min", "5 小时 0 分钟"],
    [59 * 60_000 + 30_000, "1 h 0 min", "1 小时 0 分钟"],
    [30 * 3_600_000, "30 h 0 min", "30 小时 0 分钟"],
    [50 * 3_600_000, "2 d 2 h", "2 天 2 小时"],
  ])("%d ms", (durationMs, en, zh) => {
    expect(formatDuration("en", durationMs)).toBe(en);
    expect(formatDuration("zh-CN", durationMs)).toBe(zh);
  });
});

describe("temperatures", () => {
  it.each([
    [8.05, "8.1 °C"],
    [8.049, "8.0 °C"],
    [8, "8.0 °C"],
    [1.005, "1.0 °C"],
    [-0.05, "0.0 °C"],
    [-0.051, "−0.1 °C"],
    [-18.25, "−18.2 °C"],
  ])("%d", (celsius, words) => {
    expect(formatTemperature(celsius)).toBe(words);
  });

  it.each([
    [8.02, "8.02 °C"],
    [8.003, "8.003 °C"],
    [7.98, "7.98 °C"],
    [1.995, "1.995 °C"],
    [2.049, "2.05 °C"],
    [8, "8.0 °C"],
    [8.05, "8.1 °C"],
    [12.437, "12.4 °C"],
  ])("%d is not shown as a limit it is not on", (celsius, words) => {
    expect(formatTemperature(celsius, [2, 8])).toBe(words);
  });

  it("keeps its sign next to a limit below zero", () => {
    expect(formatTemperature(-15.01, [-25, -15])).toBe("−15.01 °C");
    expect(formatTemperature(-0.04, [0])).toBe("−0.04 °C");
  });
});
