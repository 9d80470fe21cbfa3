import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { type ExcursionRules, findExcursions, type Sample } from "#domain/coldchain/excursions.ts";
import { meanKineticTemperature } from "#domain/coldchain/mkt.ts";
import { profileOf } from "#domain/coldchain/profiles.ts";

const data = resolve(process.env.COLDMARK_SHARED ?? "../shared", "data");
const read = (file: string) => readFileSync(join(data, file), "utf8");
const minute = 60_000;

/** A logger's CSV: time, °C or `--.-`, and the vendor's own mark of a row out of limits. */
function rowsOf(file: string): (Sample & { marked: boolean })[] {
  return read(file)
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => {
      const [time = "", celsius = "", mark = ""] = line.trim().split(",");
      const utc = time.endsWith("Z") ? time : `${time}:00Z`;
      return { ts: Date.parse(utc), t: celsius === "--.-" ? null : Number(celsius), marked: mark === "x" };
    });
}

const cold = (intervalMs: number): ExcursionRules => ({
  lowerLimitC: 2,
  upperLimitC: 8,
  maxGapMs: 2 * intervalMs,
  intervalMs,
});

const mktOf = (rows: readonly Sample[], activationEnergy?: number) =>
  meanKineticTemperature(
    rows.flatMap(({ t }) => (t === null ? [] : [{ t, weight: 1 }])),
    { activationEnergy },
  );

describe("BioVoice T301, 3,091 readings of one trip", () => {
  const rows = rowsOf("biovoice-t301/2622930045_202006091730.csv");
  const report = findExcursions(rows, cold(5 * minute));

  test("18,000 s above 8.0 in one event, 909,300 s in range, as its own header says", () => {
    expect(report.excursions).toMatchObject([
      { direction: "high", durationMs: 18_000_000, to: null, extremeC: 23.8 },
    ]);
    expect(report.gaps).toEqual([]);
    expect(rows.length * 300_000 - 18_000_000).toBe(909_300_000);
    expect(report.coverage).toBe(1);
  });

  test("MKT 5.599 with the vendor's activation energy", () => {
    expect(Math.abs(mktOf(rows, 83) - 5.599)).toBeLessThan(0.001);
    expect(Math.abs(mktOf(rows) - 5.6)).toBeLessThan(0.01);
  });

  test("fails the record interval of GSP appendix 3 while out of limits", () => {
    expect(report.longestIntervalOutMs).toBe(300_000);
    const allowed =
      profileOf("CN-GSP", 1)?.scopes.transport.recordIntervalOutMs.value ?? Number.POSITIVE_INFINITY;
    expect(report.longestIntervalOutMs).toBeGreaterThan(allowed);
  });
});

describe("Berlinger loggers", () => {
  test("`--.-` rows are gaps, not good readings", () => {
    const rows = rowsOf("berlinger-msupply/fridgetagUL_100800001215.csv");
    const limits = { ...cold(5 * minute), lowerLimitC: -90, upperLimitC: -60 };
    const missing = rows.filter(({ t }) => t === null);
    expect(missing).toHaveLength(6);
    const { gaps, coverage } = findExcursions(rows, limits);
    expect(gaps).toEqual([
      { from: rows[0]?.ts, to: rows[3]?.ts },
      { from: rows[838]?.ts, to: (rows[840]?.ts ?? 0) + 5 * minute },
    ]);
    expect(coverage).toBeLessThan(1);
  });

  test.each(["qtag_CLm_RCPJ00010_run2", "qtag_CLm_RCPJ00010_run3"])(
    "strict limits agree with the vendor's mark on every row of %s",
    (name) => {
      for (const row of rowsOf(`berlinger-msupply/${name}.csv`)) {
        expect(findExcursions([row], cold(10 * minute)).excursions.length).toBe(row.marked ? 1 : 0);
      }
    },
  );

  test("single events of the Q-tag agree with its own alarms within one logging interval", () => {
    const rows = rowsOf("berlinger-msupply/qtag_CLm_RCPJ00010_run2.csv");
    const alarms = JSON.parse(read("coldchain-oracles/qtag-alarm-oracle.json")).vendor_result;
    const { excursions } = findExcursions(rows, cold(10 * minute));
    const [high] = excursions.filter((e) => e.direction === "high").slice(-1);
    expect(Math.abs((high?.from ?? 0) - Date.parse(`${alarms[0].start}:00Z`))).toBeLessThanOrEqual(
      10 * minute,
    );
    expect(Math.abs((high?.durationMs ?? 0) / minute - alarms[0].total_min)).toBeLessThanOrEqual(10);
    expect(high?.to).toBeNull();
    // The device looks every minute and logs every tenth: its extreme may lie between two rows.
    expect(Math.abs((high?.extremeC ?? 0) - alarms[0].extreme_c)).toBeLessThanOrEqual(0.2 + 1e-9);
    for (const event of alarms[3].events) {
      const start = Date.parse(`2022-11-08T${event.start}:00Z`);
      const ours = excursions.find((e) => e.direction === "low" && Math.abs(e.from - start) <= 10 * minute);
      expect(Math.abs((ours?.durationMs ?? 0) / minute - event.min)).toBeLessThanOrEqual(10);
    }
  });

  test.each([
    ["run2", 10.584135],
    ["run3", 10.478814],
  ])("MKT of %s", (run, value) => {
    expect(
      Math.abs(mktOf(rowsOf(`berlinger-msupply/qtag_CLm_RCPJ00010_${run}.csv`), 83) - value),
    ).toBeLessThan(1e-5);
  });
});

interface MktVector {
  readonly name: string;
  readonly expected_c: number;
  readonly tolerance_c: number | null;
  readonly inputs_c?: number[];
  readonly weights?: number[];
  readonly minutes?: number[];
  readonly R?: number;
  readonly negative?: boolean;
}

describe("MKT vectors", () => {
  const { vectors } = JSON.parse(read("coldchain-oracles/mkt-vectors.json")) as { vectors: MktVector[] };
  const equal = vectors.find((v) => v.name.includes("CORRECT")) as MktVector;

  /** Weights of irregular readings: each holds until the next, or half of both neighbouring steps. */
  function weightsOf({ minutes, name }: MktVector): number[] | undefined {
    if (minutes === undefined) return undefined;
    const step = (i: number) => (minutes[i + 1] ?? minutes.at(-1) ?? 0) - (minutes[i] ?? 0);
    if (name.includes("left-hold")) return minutes.map((_, i) => step(i));
    return minutes.map((_, i) => (step(i) + (i > 0 ? step(i - 1) : 0)) / 2);
  }

  test.each(vectors.filter((v) => v.inputs_c))("$name", (vector) => {
    const weights = vector.weights ?? weightsOf(vector);
    const samples = (vector.inputs_c ?? []).map((t, i) => ({ t, weight: weights?.[i] ?? 1 }));
    // Only the ratio ΔH/R enters: a vector with another R is met by scaling ΔH.
    const activationEnergy = vector.R === undefined ? undefined : (83.144 * 0.0083144) / vector.R;
    const value = meanKineticTemperature(samples, { activationEnergy });
    expect(Math.abs(value - vector.expected_c)).toBeLessThanOrEqual(vector.tolerance_c ?? 0);
  });

  test("the published 60.43 (sum divided by n + 1) is not ours", () => {
    const negative = vectors.find((v) => v.negative);
    const samples = (equal.inputs_c ?? []).map((t) => ({ t, weight: 1 }));
    expect(samples).toHaveLength(15);
    expect(Math.abs(meanKineticTemperature(samples) - (negative?.expected_c ?? 0))).toBeGreaterThan(0.5);
  });
});
