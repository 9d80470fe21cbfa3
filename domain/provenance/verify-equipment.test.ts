import { describe, expect, it } from "vitest";
import { fastSha256 } from "#services/log/fast-sha256.ts";
import {
  type EquipmentStory,
  equipmentStory,
  label,
  point,
  span,
  subject,
  usual,
} from "#test/golden/equipment-stories.ts";
import { at, type ColdNetwork, hourMs, minuteMs, placed, start } from "#test/support/cold-network.ts";
import { rpcOf } from "#test/support/golden-chain.ts";
import { commitmentOf, entryLeaf, type Opening, saltedHash } from "../log/entry.ts";
import type { EquipmentBundle } from "../log/equipment-bundle.ts";
import { tellEquipment } from "./tell-equipment.ts";
import { verifyEquipmentBundle } from "./verify-equipment.ts";

const story = equipmentStory();
const check = (bundle: object, { trust, chain }: EquipmentStory = story, code = label) =>
  verifyEquipmentBundle(JSON.stringify(bundle), { trust, code, rpc: rpcOf(chain) });
const iso = (ms: number) => new Date(ms).toISOString();
const lineAt = (ts: number) => new RegExp(`^${point},${ts},.*\n`, "m");
type Change = (bundle: EquipmentBundle) => object;
const csv =
  (change: (text: string) => string): Change =>
  ({ readings }) => ({ readings: change(readings) });
const entries = (
  change: (list: EquipmentBundle["streams"][number]["entries"]) => readonly object[],
): Change => {
  return ({ streams: [own, ...more] }) => ({
    streams: [{ ...own, entries: change(own?.entries ?? []) }, ...more],
  });
};
const witnessLine = `— witness.example/w1 ${btoa("w".repeat(76))}\n`;
const tenth = start + 2 * hourMs;

describe("an equipment bundle", () => {
  it("gives coverage, gaps, excursions and calibrations from its readings alone", async () => {
    const { result, asOf, contents } = await check(story.bundle);
    expect(result).toBe("VALID_FINAL");
    const report = tellEquipment(contents!, asOf);
    const quiet = { from: start + 130 * minuteMs, to: start + 170 * minuteMs };
    expect(report.gaps).toEqual([quiet]);
    expect(report.coverage).toBeCloseTo(1 - 40 / 300, 10);
    expect(report.excursions).toEqual([
      {
        ...{ point, direction: "high", extremeC: 8.5, limitC: 8, durationMs: 10 * minuteMs },
        ...{ from: start + 70 * minuteMs, to: start + 80 * minuteMs },
      },
    ]);
    expect(report.calibrations).toEqual([
      { point, ...span, calibratedUntil: span.to + hourMs, isValid: true },
    ]);
    expect(report.points).toMatchObject([{ point, readings: 260, faults: 0, minC: 5, maxC: 8.5 }]);
    expect(report.placements).toEqual([{ point, since: span.from, until: null }]);
    expect(report.windows).toEqual({
      ...{ shown: 5, sealedLate: [], replayed: [], unsigned: [], arrivedLate: [] },
      ...{ withHoles: [], differing: [], takenBack: [], notFullyStated: [] },
    });
    expect(report.decisions).toEqual([]);
  });

  it("is as good with a witness's line under its checkpoint", async () => {
    const checkpoint = story.bundle.checkpoint + witnessLine;
    expect(await check({ ...story.bundle, checkpoint })).toMatchObject({ result: "VALID_FINAL" });
  });

  it("is hashed by the SHA-256 that the caller brings: its readings, and what leads to them", async () => {
    const text = JSON.stringify(story.bundle);
    let hashed = 0;
    const counted = (bytes: Uint8Array) => {
      hashed += 1;
      return fastSha256(bytes);
    };
    const checked = await verifyEquipmentBundle(text, { trust: story.trust, sha256: counted });
    expect(checked).toEqual(await verifyEquipmentBundle(text, { trust: story.trust }));
    // A leaf for each reading, in five windows one node fewer than leaves; three for each of these and for the heads.
    expect(hashed).toBeGreaterThan(260 + 255 + 3 * 6);
    const wrong = () => new Uint8Array(32);
    const refused = await verifyEquipmentBundle(text, { trust: story.trust, sha256: wrong });
    expect(refused.result).toBe("BAD_PATH");
  });

  it("never shows more than VALID_PROVISIONAL offline, and says nothing without a trust file", async () => {
    const text = JSON.stringify(story.bundle);
    expect((await verifyEquipmentBundle(text, { trust: story.trust })).result).toBe("VALID_PROVISIONAL");
    expect((await verifyEquipmentBundle(text, { trust: null })).result).toBe("KEY_UNKNOWN");
  });

  it("counts what isn't sealed as a gap", async () => {
    const longer = { from: span.from, to: span.to + hourMs };
    const late = equipmentStory(() => 5_000, undefined, longer);
    const { contents, asOf } = await check(late.bundle, late);
    const { gaps, coverage } = tellEquipment(contents!, asOf);
    expect([gaps, coverage]).toEqual([[{ from: span.to, to: longer.to }], 5 / 6]);
  });

  it("takes readings from the newest version of a window, and says which extremes it took back", async () => {
    const late = equipmentStory(usual, (log, roster) =>
      log.window(subject, roster, start + hourMs, () => 6_000, { kind: "late" }),
    );
    const { result, contents, asOf } = await check(late.bundle, late);
    expect(result).toBe("VALID_FINAL");
    const report = tellEquipment(contents!, asOf);
    expect(report.excursions).toEqual([]);
    expect(report.windows.takenBack).toEqual([{ from: start + hourMs, point }]);
  });

  it("says of an excursion that was sealed on the spot whether the readings show it", async () => {
    const body = { point, direction: "high", limitMilliC: 8_000 };
    const alarmed = equipmentStory(usual, (log) => {
      log.append(subject, "excursion", at(start + 70 * minuteMs), { ...body, at: start + 70 * minuteMs });
      log.append(subject, "excursion", at(tenth), { ...body, at: tenth });
    });
    const { contents, asOf } = await check(alarmed.bundle, alarmed);
    expect(tellEquipment(contents!, asOf).alarms).toEqual([
      { point, at: start + 70 * minuteMs, isInReadings: true },
      { point, at: tenth, isInReadings: false },
    ]);
  });

  it("judges nothing by rules that the trust file doesn't pin", async () => {
    const { contents, asOf } = await check(story.bundle, {
      ...story,
      trust: { ...story.trust, profiles: [] },
    });
    expect(tellEquipment(contents!, asOf)).toMatchObject({ coverage: 0, unjudged: [span], excursions: [] });
  });
});

describe("an equipment bundle that was changed", () => {
  it.each<[string, Change]>([
    ["a reading left out", csv((text) => text.replace(lineAt(tenth), ""))],
    [
      "a reading made cooler",
      csv((text) => text.replace(`${point},${tenth},5000,`, `${point},${tenth},4999,`)),
    ],
    ["a reading added", csv((text) => `${text}${point},${tenth + 1},5000,\n`)],
    ["a reading twice", csv((text) => `${text}${lineAt(tenth).exec(text)?.[0]}`)],
    [
      "a fault put to a reading",
      csv((text) => text.replace(`${point},${tenth},5000,`, `${point},${tenth},5000,X`)),
    ],
    ["an hour of readings left out", csv((text) => text.replaceAll(hourOf(tenth), ""))],
  ])("%s: TAMPERED, with the window named", async (_what, change) => {
    const { result, reasons, asOf } = await check({ ...story.bundle, ...change(story.bundle) });
    expect([result, asOf]).toEqual(["TAMPERED", null]);
    expect(reasons[0]).toContain(iso(tenth));
  });

  it.each<[string, string, Change]>([
    [
      "an hour left out, readings and entry",
      "TAMPERED",
      (bundle) => ({
        ...csv((text) => text.replaceAll(hourOf(tenth), ""))(bundle),
        ...entries((list) => list.filter((one) => !("header" in one) || one.header.from !== tenth))(bundle),
      }),
    ],
    ["the last hour left out", "TAMPERED", entries((list) => list.slice(0, -1))],
    [
      "an hour closed and its readings left out",
      "BAD_PATH",
      (bundle) => ({
        ...csv((text) => text.replaceAll(hourOf(tenth), ""))(bundle),
        ...entries((list) =>
          list.map((one) => ("bodySalt" in one && one.header.from === tenth ? closed(one) : one)),
        )(bundle),
      }),
    ],
    [
      "a summary's highest reading lowered",
      "TAMPERED",
      entries((list) => JSON.parse(JSON.stringify(list).replaceAll("8500", "7900"))),
    ],
    ["a reading of no window", "TAMPERED", csv((text) => `${text}${point},${span.to + 1},5000,\n`)],
    ["the site's stream left out", "BAD_PATH", ({ streams: [own], days }) => ({ streams: [own], days })],
    ["the day's seal left out", "ANCHOR_UNPROVED", () => ({ days: [] })],
    ["another label", "SUBJECT_MISMATCH", () => ({ equipment: "f".repeat(32) })],
    [
      "a time before the equipment's stretch",
      "BAD_PATH",
      ({ streams: [own, ...more] }) => ({
        streams: [{ ...own, ...withoutFirst(own as Stretch) }, ...more],
      }),
    ],
    ["no header over the readings", "MALFORMED", csv((text) => text.slice(6))],
    ["a line that is none", "MALFORMED", csv((text) => `${text}p,1\n`)],
    ["a member too many", "MALFORMED", () => ({ more: 1 })],
    ["a time that is none", "MALFORMED", () => ({ to: span.from })],
    ["more than 400 days", "MALFORMED", () => ({ to: span.from + 401 * 24 * hourMs })],
  ])("%s: %s", async (_what, result, change) => {
    const changed = { ...story.bundle, ...change(story.bundle) };
    expect((await check(changed)).result).not.toMatch(/^VALID/);
    expect((await check(changed)).result).toBe(result);
  });

  it("and one of other equipment than the label says: SUBJECT_MISMATCH", async () => {
    expect((await check(story.bundle, story, "e".repeat(32))).result).toBe("SUBJECT_MISMATCH");
  });
});

describe("an equipment whose log keeps something back", () => {
  const other = "p-other";
  /** Every hour sealed again under another roster, as late versions. */
  const resealed = (points: readonly object[], how: Parameters<ColdNetwork["window"]>[4] = {}) =>
    equipmentStory(usual, (log) => {
      const roster = log.roster(subject, {}, { points });
      for (let from = span.from; from < span.to; from += hourMs)
        log.window(subject, roster, from, () => 5_000, { kind: "late", ...how });
    });
  const reportOf = async (told: EquipmentStory) => {
    const { result, contents, asOf } = await check(told.bundle, told);
    expect(result).toBe("VALID_FINAL");
    return tellEquipment(contents!, asOf);
  };
  const both = [placed(point), placed(other)];

  it("has a gap where its windows leave out a point that their roster lists", async () => {
    const { gaps, coverage, points } = await reportOf(resealed(both));
    expect([gaps, coverage]).toEqual([[span], 0]);
    expect(points).toMatchObject([
      { point, coverage: 1, gaps: [] },
      { point: other, readings: 0, coverage: 0, stays: [span], gaps: [span] },
    ]);
    const control = await reportOf(resealed(both, { beside: [other] }));
    expect([control.gaps, control.coverage, control.points.length]).toEqual([[], 1, 2]);
  });

  it("has no gap before a point was placed, though the roster of the time of sealing lists it", async () => {
    const since = span.to - hourMs / 2;
    const { gaps, points } = await reportOf(
      resealed([placed(point), placed(other, { since, accepted: since })]),
    );
    expect(gaps).toEqual([{ from: since, to: span.to }]);
    expect(points[1]).toMatchObject({ point: other, stays: gaps });
  });

  it("shows that a source is replayed, unsigned or late, as a pack's verdict does", async () => {
    const hours = Array.from({ length: 5 }, (_, hour) => span.from + hour * hourMs);
    const marks = async (point: object, how: Parameters<ColdNetwork["window"]>[4] = {}) => {
      const { replayed, unsigned, arrivedLate } = (await reportOf(resealed([point], how))).windows;
      return { replayed, unsigned, arrivedLate };
    };
    const none = { replayed: [], unsigned: [], arrivedLate: [] };
    const signing = placed(point, { signatureRequired: true });
    expect(await marks(placed(point, { replay: true }))).toEqual({ ...none, replayed: hours });
    expect(await marks(signing, { kid: null })).toEqual({ ...none, unsigned: hours });
    const lagMs = 72 * hourMs + 1;
    expect(await marks(placed(point), { lagMs })).toEqual({ ...none, arrivedLate: hours });
    expect(await marks(signing, { lagMs: lagMs - 1 })).toEqual(none);
    expect(await marks(placed(point), { kid: null })).toEqual(none);
  });

  it("is judged at a thousand measuring points, and MALFORMED at one more", async () => {
    const many = (length: number) => Array.from({ length }, (_, at) => placed(`many-${at}`));
    const { points, coverage } = await reportOf(resealed([placed(point), ...many(999)]));
    expect([points.length, coverage]).toEqual([1_000, 0]);
    const { trust, chain, bundle } = resealed(many(1_000));
    expect((await check(bundle, { trust, chain, bundle })).result).toBe("MALFORMED");
  });

  it("is judged in each hour by the limits of that hour", async () => {
    const noon = start + hourMs;
    const told = equipmentStory(
      () => 5_000,
      (log) => {
        const narrow = log.roster(subject, {}, { upperMilliC: 4_000 }, span.to);
        for (const from of [noon, noon + hourMs])
          log.window(subject, narrow, from, () => 5_000, { kind: "late" });
      },
    );
    const { excursions, gaps } = await reportOf(told);
    expect(gaps).toEqual([]);
    expect(excursions).toMatchObject([{ from: noon, durationMs: 2 * hourMs, limitC: 4 }]);
  });
});

/** The lines of an hour. */
function hourOf(from: number): RegExp {
  return new RegExp(
    `^${point},(${Array.from({ length: 60 }, (_, minute) => from + minute * minuteMs).join("|")}),.*\n`,
    "gm",
  );
}

type Stretch = EquipmentBundle["streams"][number];

/** A stretch that begins one entry later. */
function withoutFirst({ stream, prev, entries: [first, ...entries] }: Stretch) {
  const leaf = entryLeaf({ v: 1, stream, seq: 0, prev, commit: commitmentOf(first as Opening) });
  return { from: 1, prev: leaf, entries };
}

/** An entry of which only the header shows. */
function closed({
  salt,
  header,
  bodySalt,
  body,
}: {
  salt: string;
  header: object;
  bodySalt: string;
  body: unknown;
}) {
  return { salt, header: { ...header, body: saltedHash(bodySalt, body) } };
}
