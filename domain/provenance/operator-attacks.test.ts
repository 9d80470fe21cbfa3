import { describe, expect, it } from "vitest";
import type { Bundle, ReadingRow, Stretch } from "#domain/log/bundle.ts";
import { commitmentOf, type Opening, saltedHash, streamOf } from "#domain/log/entry.ts";
import {
  at,
  ColdNetwork,
  cold,
  end,
  hourMs,
  minuteMs,
  pack,
  product,
  start,
  type Weather,
  warm,
} from "#test/support/cold-network.ts";
import type { Answer } from "./answer.ts";

// The operator holds the log, the records and the clock. Nearly each of these once made a pack COMPLIANT that was not.
const dayMs = 24 * hourMs;
const five = () => 5000;
const hour = { from: start + hourMs, to: start + 2 * hourMs };
const warmHour = (ts: number) => (ts >= hour.from && ts < hour.to ? 12_000 : 5000);
const codes = (answer: Answer) => answer.cold.reasons.map((reason) => reason.code);
const seen = (answer: Answer) => [answer.cold.state, codes(answer)];

interface Shown extends Omit<Stretch, "entries"> {
  readonly entries: {
    readonly salt: string;
    readonly bodySalt?: string;
    readonly body?: unknown;
    readonly header: { readonly kind: string; readonly from: number };
  }[];
}

const stretchOf = (bundle: Bundle, subject: string) =>
  bundle.streams.find(({ stream }) => stream === streamOf(subject)) as unknown as Shown;

/** Shows that an entry is there, not what it says. */
function close(entry: Shown["entries"][number] | undefined): void {
  if (entry?.bodySalt === undefined) throw new Error("there is nothing to close");
  Object.assign(entry.header, { body: saltedHash(entry.bodySalt, entry.body) });
  for (const field of ["bodySalt", "body", "readings"]) Reflect.deleteProperty(entry, field);
}

function network(weather: Weather = five): { log: ColdNetwork; roster: string } {
  const log = new ColdNetwork();
  const roster = log.fridge(cold, weather);
  log.made();
  return { log, roster };
}

describe("a window that was too warm", () => {
  it("stays too warm when it is sealed again without its excursion", async () => {
    const { log, roster } = network(warmHour);
    log.window(cold, roster, hour.from, five, { kind: "late" });
    expect(seen(await log.tell())).toEqual(["NOT_DEMONSTRABLE", ["READINGS_NOT_SHOWN"]]);
  });

  it("is not forgotten when its first version is not opened", async () => {
    const { log, roster } = network(warmHour);
    log.window(cold, roster, hour.from, five, { kind: "late" });
    const change = (bundle: Bundle) => {
      const { entries } = stretchOf(bundle, cold);
      close(entries.find(({ header }) => header.kind === "segment" && header.from === hour.from));
    };
    expect(codes(await log.tell({ change }))).toContain("WINDOW_NOT_OPENED");
  });

  it("is not forgotten when the stretch begins after it", async () => {
    const { log, roster } = network(warmHour);
    for (let from = start - hourMs; from < end; from += hourMs)
      log.window(cold, roster, from, five, { kind: "late" });
    const change = (bundle: Bundle) => {
      const shown = stretchOf(bundle, cold);
      const again = shown.entries.findIndex(({ header }) => header.kind === "late");
      const prev = log.rows.filter(({ stream }) => stream === shown.stream)[again]?.prev;
      Object.assign(shown, { from: again, prev, entries: shown.entries.slice(again) });
      Object.assign(bundle, { references: [referenceTo(log, cold)] });
    };
    expect(codes(await log.tell({ change }))).toContain("WINDOW_NOT_OPENED");
  });

  it("is not forgotten when the stretch ends at a seal before late entries can have come", async () => {
    const { log } = network();
    log.sealDay(Math.floor(end / dayMs), end);
    log.window(cold, log.roster(cold), hour.from, warmHour, { kind: "late" });
    const tree = log.days.get(Math.floor(end / dayMs))?.tree;
    const change = (bundle: Bundle) => {
      const shown = stretchOf(bundle, cold);
      const head = tree?.heads.proof(Uint8Array.from(Buffer.from(shown.stream, "hex")));
      const entries = shown.entries.slice(0, (head?.seq ?? 0) + 1);
      Object.assign(shown, { end: Math.floor(end / dayMs), head, entries });
    };
    expect(codes(await log.tell({ change }))).toContain("WINDOW_NOT_OPENED");
  });

  it("stays too warm when its sensor is taken out of the equipment afterwards", async () => {
    const log = new ColdNetwork();
    const before = log.roster(cold, {}, { points: [point("p-d"), point("p-x")] });
    for (const from of [start, hour.from]) log.window(cold, before, from, warmHour);
    const after = log.roster(cold, {}, { points: [point("p-x")] });
    for (let from = hour.to; from < end; from += hourMs)
      log.window(cold, after, from, five, { point: "p-x" });
    log.made();
    expect((await log.tell()).cold.state).toBe("EXCURSION");
  });
});

const point = (name: string) => ({
  ...{ point: name, since: start - hourMs, accepted: start - hourMs, offline: false },
  ...{ calibratedAt: start - hourMs, calibratedUntil: end + hourMs, signatureRequired: false, replay: false },
});

function referenceTo(log: ColdNetwork, subject: string): Bundle["references"][number] {
  const row = log.rows.find(({ stream }) => stream === streamOf(subject));
  if (row === undefined) throw new Error("no such stream");
  return { stream: row.stream, seq: row.seq, prev: row.prev, opening: row.opening };
}

describe("an unopened bad hour", () => {
  const badHour = (bundle: Bundle) => {
    const { entries } = stretchOf(bundle, cold);
    const at = entries.findIndex(
      (entry) => entry.header.kind === "segment" && entry.header.from === hour.from,
    );
    return { entries, at };
  };
  const ways: [string, (bundle: Bundle) => void][] = [
    ["only its header shown", (bundle) => close(badHour(bundle).entries[badHour(bundle).at])],
    [
      "only its commitment shown",
      (bundle) => {
        const { entries, at } = badHour(bundle);
        const commit = commitmentOf(entries[at] as unknown as Opening);
        entries.splice(at, 1, { commit } as unknown as Shown["entries"][number]);
      },
    ],
  ];

  it.each(ways)(
    "with %s is NOT_DEMONSTRABLE for WINDOW_NOT_OPENED, never COMPLIANT",
    async (_what, change) => {
      const { log } = network(warmHour);
      expect(seen(await log.tell())).toEqual(["EXCURSION", ["TOO_WARM"]]);
      expect(seen(await log.tell({ change }))).toEqual(["NOT_DEMONSTRABLE", ["WINDOW_NOT_OPENED", "GAP"]]);
      expect((await log.verified(end, change)).result).toBe("VALID_PROVISIONAL"); // nothing was changed, it was left unsaid
    },
  );
});

describe("what was sealed on the spot", () => {
  it("must show in its window: readings taken back before it closed are missed", async () => {
    const { log } = network();
    const body = { point: "p-d", direction: "high", at: hour.from, extremeMilliC: 12_000, limitMilliC: 8000 };
    log.append(cold, "excursion", at(hour.from), body);
    expect(seen(await log.tell())).toEqual(["NOT_DEMONSTRABLE", ["READINGS_NOT_SHOWN"]]);
  });

  it("agrees with a window that shows the excursion", async () => {
    const { log } = network(warmHour);
    const body = { point: "p-d", direction: "high", at: hour.from, extremeMilliC: 12_000, limitMilliC: 8000 };
    log.append(cold, "excursion", at(hour.from), body);
    expect(seen(await log.tell())).toEqual(["EXCURSION", ["TOO_WARM"]]);
  });
});

describe("an equipment's rules", () => {
  it("are those that the trust file pins", async () => {
    const log = new ColdNetwork();
    const lax = log.roster(cold, {}, { profile: { name: "US-USP", version: 1 } });
    for (let from = start; from < end; from += hourMs) log.window(cold, lax, from, five);
    log.made();
    expect(seen(await log.tell())).toEqual(["NOT_DEMONSTRABLE", ["LIMITS_UNKNOWN"]]);
  });

  it("are not loosened by a later roster: once a replay, never COMPLIANT", async () => {
    const log = new ColdNetwork();
    const replayed = log.roster(cold, { replay: true });
    log.window(cold, replayed, start, five);
    const native = log.roster(cold);
    for (let from = start + hourMs; from < end; from += hourMs) log.window(cold, native, from, five);
    log.made();
    expect(seen(await log.tell())).toEqual(["NOT_DEMONSTRABLE", ["REPLAYED"]]);
  });

  it("are the equipment's own, not another's roster", async () => {
    const log = new ColdNetwork();
    log.roster(cold);
    const foreign = log.fridge(warm, five);
    for (let from = start; from < end; from += hourMs) log.window(cold, foreign, from, five);
    log.made();
    expect(codes(await log.tell())).toContain("WINDOW_NOT_OPENED");
  });

  it("need a calibration for the window itself", async () => {
    const { log, roster } = network();
    log.window(cold, roster, hour.from, five, { kind: "late", calibratedUntil: null });
    expect(seen(await log.tell())).toEqual(["NOT_DEMONSTRABLE", ["CALIBRATION_MISSING"]]);
  });
});

describe("the pack's way", () => {
  it("does not end with a sale that was told late", async () => {
    const { log } = network(warmHour);
    log.event({ step: "dispensing" }, start + 30 * minuteMs, hour.to);
    expect((await log.tell()).cold.state).toBe("EXCURSION");
  });

  it("has no certain end by a sale that was told days late", async () => {
    const { log } = network(warmHour);
    const told = start + 4 * dayMs;
    log.sealDay(Math.floor(end / dayMs), end + hourMs);
    log.event({ step: "dispensing" }, start + 30 * minuteMs, told);
    expect(seen(await log.tell({ asOf: told }))).toEqual(["NOT_DEMONSTRABLE", ["PLACE_BACKDATED"]]);
  });

  it("does not end where the windows stopped, once they should have come", async () => {
    const { log } = network();
    log.sealDay(Math.floor(end / dayMs), end + hourMs);
    expect((await log.tell({ asOf: end + 36 * hourMs })).cold.state).toBe("COMPLIANT");
    expect(codes(await log.tell({ asOf: end + 36 * hourMs + 1 }))).toContain("GAP");
  });

  it("is not in the equipment any more once it was shipped from there", async () => {
    const { log } = network();
    log.event({ step: "shipping", place: streamOf(cold), placeKind: "equipment" }, hour.from);
    expect(codes(await log.tell())).toEqual(["PLACE_UNKNOWN"]);
  });

  it("is in every place that statements told late leave open, not only in the last", async () => {
    const log = new ColdNetwork();
    log.fridge(cold, five);
    log.fridge(warm, () => 12_000);
    const place = (subject: string) => ({ place: streamOf(subject), placeKind: "equipment" });
    log.event({ step: "commissioning", action: "ADD", ...place(warm) });
    log.event(place(cold), start + 1, end - 1);
    log.event(place(cold), start + 2, end - 1);
    const { cold: answer } = await log.tell();
    expect(answer.legs.at(1)?.excursions.length).toBeGreaterThan(0);
    expect(answer.legs.at(2)?.state).toBe("EXCURSION");
  });

  it("counts a move from when it was on chain, where that was long after it is said to have been accepted", async () => {
    const log = new ColdNetwork();
    log.fridge(cold, five);
    log.made();
    const days = [0, 1, 2].map((n) => Math.floor(start / dayMs) + n);
    for (const day of days) log.sealDay(day, (day + 1) * dayMs - 1);
    log.event({ place: streamOf(cold), placeKind: "equipment", document: "1".repeat(64) }, hour.from);
    const { cold: answer } = await log.tell({ asOf: start + 3 * dayMs });
    expect(answer.legs.flatMap((leg) => leg.reasons.map(({ code }) => code))).toContain("PLACE_BACKDATED");
  });

  it("is not known while something is hidden of the case it was packed into", async () => {
    const log = new ColdNetwork();
    log.fridge(cold, five);
    log.fridge(warm, () => 12_000);
    const aCase = "https://id.gs1.org/00/069012345678901234";
    log.subjects.push(aCase);
    const place = (subject: string) => ({ place: streamOf(subject), placeKind: "equipment" });
    log.event({ ...place(cold), role: "parent", step: "packing" }, start, start, aCase);
    log.event({ ...place(warm), role: "parent" }, hour.from, hour.from, aCase);
    log.event({
      type: "aggregation",
      action: "ADD",
      role: "child",
      parent: streamOf(aCase),
      parentKind: "code",
    });
    expect((await log.tell()).cold.state).toBe("EXCURSION");
    const change = (bundle: Bundle) => close(stretchOf(bundle, aCase).entries.at(-1));
    expect(seen(await log.tell({ change }))).toEqual(["NOT_DEMONSTRABLE", ["WINDOW_NOT_OPENED"]]);
  });
});

describe("limits", () => {
  it("are unknown while one of the maker's statements is hidden", async () => {
    const { log } = network();
    const stated = log.rows[0]?.opening.body as object;
    log.append(product, "product", at(start - hourMs), { ...stated, upperMilliC: 4000 });
    expect((await log.tell()).cold.state).toBe("EXCURSION");
    const change = (bundle: Bundle) => close(stretchOf(bundle, product).entries[1]);
    expect(codes(await log.tell({ change }))).toContain("LIMITS_UNKNOWN");
  });
});

describe("what a bundle may not leave out", () => {
  const sealed = () => {
    const { log } = network();
    const day = Math.floor(start / dayMs);
    log.sealDay(day, start + dayMs - 1);
    return { log, day };
  };

  it.each([
    ["the pack's own newest statements", pack, "SUBJECT_MISMATCH"],
    ["the lot's newest statements", "lot", "BAD_PATH"],
  ])("%s", async (_what, which, result) => {
    const { log, day } = sealed();
    const subject = which === "lot" ? (log.subjects[1] ?? "") : which;
    const tree = log.days.get(day)?.tree;
    const ended = await log.verified(end, (bundle) => {
      const shown = stretchOf(bundle, subject);
      const head = tree?.heads.proof(Uint8Array.from(Buffer.from(shown.stream, "hex")));
      Object.assign(shown, { end: day, head });
    });
    expect(ended.result).toBe(result);
  });

  it("the lot, of which a recall would tell", async () => {
    const { log } = network();
    log.subjects.splice(1, 1);
    expect((await log.verified(end, () => {})).result).toBe("BAD_PATH");
  });

  it("shows no day and no stream twice: only one of them would be held against the chain", async () => {
    const { log } = sealed();
    const twice = (list: readonly unknown[]) => (list as unknown[]).push(structuredClone(list[0]));
    expect((await log.verified(end, ({ days }) => twice(days))).result).toBe("MALFORMED");
    expect((await log.verified(end, ({ streams }) => twice(streams))).result).toBe("MALFORMED");
  });
});

describe("a window that speaks of another time", () => {
  it("fills no gap by its summary, nor by its readings", async () => {
    const silent = (ts: number) => (ts >= hour.from && ts < hour.to ? null : 5000);
    const { log, roster } = network(silent);
    const rows: ReadingRow[] = [];
    for (let ts = hour.from; ts < hour.to; ts += minuteMs) rows.push(["p-d", ts, 5000, null]);
    log.window(cold, roster, start, five, { kind: "late", more: rows });
    expect(codes(await log.tell())).toContain("GAP");
  });
});
