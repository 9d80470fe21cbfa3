/** A window is judged by every roster that was in force during it, not by the newest one when it was sealed. */
import { describe, expect, it } from "vitest";
import type { Bundle, OpenedEntry } from "#domain/log/bundle.ts";
import { saltedHash, streamOf } from "#domain/log/entry.ts";
import { verifyBundle } from "#domain/log/verify.ts";
import {
  atSite,
  type EquipmentStory,
  equipmentStoryOf,
  label,
  movedAway,
  point,
  rosterOf,
  span,
  subject,
} from "#test/golden/equipment-stories.ts";
import { movedAwayStay } from "#test/golden/stories.ts";
import { ColdNetwork, cold, end, hourMs, minuteMs, pack, placed, start } from "#test/support/cold-network.ts";
import { rpcOf } from "#test/support/golden-chain.ts";
import { askPythonVerifier } from "#test/support/python-verifier.ts";
import { tellAnswer } from "./tell-answer.ts";
import { tellEquipment } from "./tell-equipment.ts";
import { verifyEquipmentBundle } from "./verify-equipment.ts";

const five = () => 5000;
const came = start + hourMs;
const other = "p-other";
const hours = (from: number) => Array.from({ length: (end - from) / hourMs }, (_, at) => from + at * hourMs);

/** The reasons of a pack that came to the refrigerator at `came`, and the state they give. */
async function seen(log: ColdNetwork): Promise<[string, string[]]> {
  log.made(came);
  const { state, reasons } = (await log.tell()).cold;
  return [state, reasons.map(({ code }) => code)];
}

interface Move {
  readonly replay?: boolean;
  /** Whether the window in which it was moved names the roster of before; null for the first form. */
  readonly isNamed?: boolean | null;
}

/** A sensor beside p-d until twenty minutes before ten, moved away before the window from nine was sealed. */
function moved({ replay = true, isNamed = true }: Move): ColdNetwork {
  const log = new ColdNetwork();
  const before = log.roster(cold, {}, { points: [placed("p-d"), placed(other, { replay })] });
  const beside = { beside: [other] };
  log.window(cold, before, start, five, { ...beside, earlierRosters: [] });
  const after = log.roster(cold, {}, { points: [placed("p-d")] }, came + 40 * minuteMs);
  const named = isNamed === null ? {} : { earlierRosters: isNamed ? [before] : [] };
  log.window(cold, after, came, five, { ...beside, ...named });
  for (const from of hours(came + hourMs)) log.window(cold, after, from, five, { earlierRosters: [] });
  return log;
}

describe("a pack beside a sensor that was moved away before its window was sealed", () => {
  it("is not COMPLIANT where that was a replay's, and COMPLIANT where it was not", async () => {
    expect(await seen(moved({}))).toEqual(["NOT_DEMONSTRABLE", ["REPLAYED"]]);
    expect(await seen(moved({ replay: false }))).toEqual(["COMPLIANT", ["WITHIN_LIMITS"]]);
  });

  it("nor where the window is of the first form, or conceals the roster that the stretch shows", async () => {
    expect(await seen(moved({ isNamed: null }))).toEqual(["NOT_DEMONSTRABLE", ["REPLAYED"]]);
    expect(await seen(moved({ replay: false, isNamed: null }))).toEqual(["COMPLIANT", ["WITHIN_LIMITS"]]);
    const concealed = await seen(moved({ isNamed: false }));
    expect(concealed).toEqual(["NOT_DEMONSTRABLE", ["REPLAYED", "SENSORS_NOT_STATED"]]);
  });

  it("keeps the mark where the roster of before lies before the stretch", async () => {
    expect(await answered((bundle) => bundle)).toEqual(["NOT_DEMONSTRABLE", ["REPLAYED"]]);
    const hidden = await answered((bundle) => ({ ...bundle, references: [] }));
    expect(hidden).toEqual(["NOT_DEMONSTRABLE", ["WINDOW_NOT_OPENED"]]);
  });

  it("keeps it where a roster is stated anew, and the window sealed again, for a time that was sealed", async () => {
    const log = new ColdNetwork();
    log.fridge(cold, five, { replay: true });
    const after = log.roster(cold, {}, {}, start - hourMs);
    for (const from of hours(start))
      log.window(cold, after, from, five, { kind: "late", earlierRosters: [] });
    expect(await seen(log)).toEqual(["NOT_DEMONSTRABLE", ["REPLAYED", "SENSORS_NOT_STATED"]]);
  });
});

it("the Python verifier names the same windows, that don't state which sensors lay there", async () => {
  const named = { earlierRosters: [] };
  const logs = [
    ...[moved({}), moved({ isNamed: null }), moved({ isNamed: false })],
    ...[stale({}), stale(named), unlisted(named)],
  ];
  const checks = logs.map((log) => {
    log.made(came);
    const { trust } = log;
    const text = JSON.stringify(log.bundle(pack, log.subjects, log.close(end)));
    return { text, code: pack, trust: JSON.stringify(trust), rpc: null, maxAgeMs: null };
  });
  const told = (await askPythonVerifier(checks)).map(({ reason }) => reason.match(/\d+/g)?.map(Number) ?? []);
  expect(told).toEqual([[], [], [came], hours(came), hours(came), hours(start)]);
});

/** What the golden stay says after the bundle was changed. */
async function answered(change: (bundle: Bundle) => Bundle): Promise<[string, string[]]> {
  const { bundle, trust } = movedAwayStay();
  const verified = await verifyBundle(JSON.stringify(change(bundle)), { trust, code: bundle.subject });
  const { result, asOf, reasons, contents } = verified;
  const told = { code: bundle.subject, view: "public", chainClass: "operator" } as const;
  const { cold: answer } = tellAnswer(contents!, { ...told, result, asOf, reasons });
  return [answer.state, answer.reasons.map(({ code }) => code)];
}

/** From half past eight a second sensor lay there, and windows go on naming the roster of before. */
function stale(named: object): ColdNetwork {
  const log = new ColdNetwork();
  const old = log.roster(cold, {}, { points: [placed("p-d")] });
  log.window(cold, old, start, five, { earlierRosters: [] });
  log.roster(cold, {}, { points: [placed("p-d"), placed(other)] }, start + 30 * minuteMs);
  for (const from of hours(came)) log.window(cold, old, from, five, named);
  return log;
}

/** A sensor speaks that no roster lists. */
function unlisted(named: object): ColdNetwork {
  const log = new ColdNetwork();
  const roster = log.roster(cold, {}, { points: [placed("p-d")] });
  for (const from of hours(start)) log.window(cold, roster, from, five, { beside: [other], ...named });
  return log;
}

describe("windows that name an old roster while a newer one was in force", () => {
  it.each([
    ["in the first form", {}],
    ["beside no other", { earlierRosters: [] }],
  ])("%s: the sensor that they hide is missed", async (_form, named) => {
    expect(await seen(stale(named))).toEqual(["NOT_DEMONSTRABLE", ["SENSORS_NOT_STATED", "NO_READINGS"]]);
  });

  it("and a roster that isn't opened might list anything", async () => {
    const log = stale({ earlierRosters: [] });
    log.made(came);
    const change = ({ streams }: Bundle) => {
      const own = streams.find(({ stream }) => stream === streamOf(cold));
      const opened = own?.entries[2] as OpenedEntry;
      Object.assign(opened.header, { body: saltedHash(opened.bodySalt, opened.body) });
      for (const field of ["bodySalt", "body"]) Reflect.deleteProperty(opened, field);
    };
    const { state, reasons } = (await log.tell({ change })).cold;
    expect([state, reasons.map(({ code }) => code)]).toEqual(["NOT_DEMONSTRABLE", ["SENSORS_NOT_STATED"]]);
  });

  it("say nothing of a point that no roster lists", async () => {
    const log = unlisted({ earlierRosters: [] });
    expect(await seen(log)).toEqual(["NOT_DEMONSTRABLE", ["SENSORS_NOT_STATED"]]);
  });
});

describe("the report of an equipment", () => {
  const reportOf = async ({ bundle, trust, chain }: EquipmentStory) => {
    const given = { trust, code: label, rpc: rpcOf(chain) };
    const { result, contents, asOf } = await verifyEquipmentBundle(JSON.stringify(bundle), given);
    expect(result).toBe("VALID_FINAL");
    return tellEquipment(contents!, asOf);
  };
  const untilMoved = [span.from, start, came];

  it.each([{ isNamed: true }, { isNamed: false }])(
    "keeps the mark of a replay sensor that was moved away before its window was sealed: %o",
    async (how) => {
      const { windows, points, gaps } = await reportOf(movedAway(how));
      expect([windows.replayed, windows.notFullyStated, gaps]).toEqual([untilMoved, [], []]);
      expect(points.map(({ stays }) => stays)).toEqual([[span], [{ from: span.from, to: came + hourMs }]]);
    },
  );

  it("doesn't hold where a roster that a window names is left out", async () => {
    const story = equipmentStoryOf((log) => {
      atSite(log, [{ point }]);
      const roster = rosterOf(log, [placed(point)]);
      for (const from of hours(span.from))
        log.window(subject, roster, from, five, { earlierRosters: ["ab".repeat(32)] });
    });
    const given = { trust: story.trust, code: label };
    const { result, reasons } = await verifyEquipmentBundle(JSON.stringify(story.bundle), given);
    expect([result, reasons[0]]).toEqual(["BAD_PATH", expect.stringContaining("names a roster")]);
  });

  /** All hours under one roster; another sensor lay there from `start` by the words given. */
  const hiding = (words: { readonly roster?: boolean; readonly site?: boolean }) =>
    equipmentStoryOf((log) => {
      atSite(log, [{ point }]);
      const roster = rosterOf(log, [placed(point)]);
      log.window(subject, roster, span.from, five, { earlierRosters: [] });
      const since = { since: start, accepted: start };
      if (words.roster) rosterOf(log, [placed(point), placed(other, since)], start);
      if (words.site) atSite(log, [{ point }, { point: other, since: start }], start);
      for (const from of hours(start)) log.window(subject, roster, from, five, { earlierRosters: [] });
    });

  it("has a gap where windows go on naming an old roster and leave a new sensor out", async () => {
    const silent = { from: start, to: span.to };
    const byRoster = await reportOf(hiding({ roster: true }));
    expect([byRoster.gaps, byRoster.windows.notFullyStated]).toEqual([[silent], hours(start)]);
    const bySite = await reportOf(hiding({ site: true }));
    expect([bySite.gaps, bySite.windows.notFullyStated]).toEqual([[silent], []]);
    expect(bySite.points.map((one) => one.point)).toEqual([other, point].sort());
    expect((await reportOf(hiding({}))).gaps).toEqual([]);
  });

  it("ends a sensor's time with the last roster that lists it, where its window states it no more", async () => {
    const moved = start + 10 * minuteMs;
    const { gaps, points } = await reportOf(
      equipmentStoryOf((log) => {
        atSite(log, [{ point }, { point: other, until: start }]);
        const before = rosterOf(log, [placed(point), placed(other)]);
        log.window(subject, before, span.from, five, { beside: [other], earlierRosters: [] });
        const after = rosterOf(log, [placed(point)], moved);
        log.window(subject, after, start, five, { earlierRosters: [before] });
        for (const from of hours(came)) log.window(subject, after, from, five, { earlierRosters: [] });
      }),
    );
    expect(points[1]).toMatchObject({ point: other, stays: [{ from: span.from, to: moved }] });
    expect(gaps).toEqual([]);
  });

  it("is judged by the narrowest limits of a window's rosters", async () => {
    const { excursions } = await reportOf(
      equipmentStoryOf((log) => {
        atSite(log, [{ point }]);
        const site = {
          points: [placed(point)],
          site: streamOf("urn:coldmark:site:0123456789abcdef0123456789abcdef"),
        };
        const narrow = log.roster(subject, {}, { ...site, upperMilliC: 4_000 });
        const wide = log.roster(subject, {}, site, came);
        for (const from of hours(span.from))
          log.window(subject, wide, from, five, { earlierRosters: from < came ? [narrow] : [] });
      }),
    );
    expect(excursions).toMatchObject([{ from: span.from, durationMs: 2 * hourMs, limitC: 4 }]);
  });
});
