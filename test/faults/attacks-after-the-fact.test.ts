/** What an operator can do after the fact, with the database, the log's key and an account of his own: played on real records. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Wallet } from "ethers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Bundle, OpenedEntry, TrustFile } from "#domain/log/bundle.ts";
import { canonicalize } from "#domain/log/canonical.ts";
import { commitmentOf, saltedHash, streamOf } from "#domain/log/entry.ts";
import { type Deployment, deploy } from "../support/deployment.ts";
import { type Operator, takeOver } from "../support/operator.ts";
import { coldmark } from "../support/service.ts";
import { capture, made, packEvent, sold } from "../support/small-scenario.ts";
import { bundleText, coldOf, fsck, verify } from "../support/stranger.ts";
import { publishRooms, type RoomWeather, type TwoRooms, twoRooms } from "../support/two-rooms.ts";
import { underClock } from "../support/under-clock.ts";

const hourMs = 3_600_000;
const monthMs = 30 * 24 * hourMs;
/** Five windows of an hour. */
const since = (Math.floor(Date.now() / hourMs) - 5) * hourMs;
const hour = (n: number) => ({ from: since + n * hourMs, to: since + (n + 1) * hourMs });
const isIn = (ts: number, { from, to }: { from: number; to: number }) => ts >= from && ts < to;
/** The cold room is silent in `never` and `gap`, the warm one was warm in `bad`; all else is 5 °C. */
const [never, gap, bad] = [hour(1), hour(3), hour(1)];
const weather: RoomWeather = (room, ts) => {
  if (room === "warm") return isIn(ts, bad) ? 12 : 5;
  return isIn(ts, never) || isIn(ts, gap) ? null : 5;
};
const network = twoRooms(since);
const packOf = (serial: string) => `https://id.gs1.org/01/${network.gtin}/21/${serial}`;
const [honest, warm, overNever, overGap, invented] = [
  packOf("HONEST"),
  packOf("WARM"),
  packOf("OVERNEVER"),
  packOf("OVERGAP"),
  packOf("INVENTED"),
] as const;
const hourly = { SEGMENT_MS: String(hourMs), SEGMENT_MOVING_MS: String(hourMs) };
const anchoredFor = { timeout: 60_000, interval: 500 };

let deployment: Deployment;
let operator: Operator;

async function tell(to: Deployment, whose: TwoRooms, events: readonly object[]): Promise<void> {
  const response = await capture(whose, to.service.url, events);
  expect([response.status, await response.text()]).toEqual([202, expect.anything()]);
}

const lifeOfWarm = (whose: TwoRooms) => [
  made(whose, [warm], since, { room: whose.warmRoom }),
  sold(whose, warm, hour(2).from + hourMs / 2, { room: whose.warmRoom }),
];
/** Events of packs that nobody asks about: an entry each. */
const others = (count: number, first = 0) =>
  Array.from({ length: count }, (_, at) =>
    packEvent(packOf(`OTHER${first + at}`), "storing", Date.now(), network.room),
  );
const subjectOf = (label: string) => `urn:coldmark:equipment:${label}`;

/** What a check of the pack comes to say: all of it, or what it must match. */
const expectCold = (code: string, what: string | RegExp) =>
  expect
    .poll(() => coldOf(deployment, code), anchoredFor)
    .toEqual(typeof what === "string" ? what : expect.stringMatching(what));

/** Of the log that the pack's bundle is built at. */
const sizeOf = async (whose: Deployment, code = warm) =>
  Number((JSON.parse(await bundleText(whose, code)) as Bundle).checkpoint.split("\n")[1]);

/** All readings that were receipted are in the readings store too. */
async function expectProjected(): Promise<void> {
  const text = "select position >= (select max(id) from inbox) as done from cursors where name = 'projector'";
  expect(await operator.sql(text)).toEqual([{ done: true }]);
}

beforeAll(async () => {
  // Nothing is sealed before its readings are there, so that each window's first version is the honest one.
  deployment = await deploy("outside", network, { ...hourly, SEAL_GRACE_MS: String(24 * hourMs) });
  operator = await takeOver(deployment);
  await publishRooms(network, deployment.doors, { from: since, to: hour(5).from }, weather);
  await vi.waitFor(expectProjected, 30_000);
  await deployment.service.stop();
  deployment.env.SEAL_GRACE_MS = "1000";
  await deployment.restart();
  await tell(deployment, network, [
    ...lifeOfWarm(network),
    made(network, [honest, overNever], since),
    sold(network, honest, hour(0).to),
    sold(network, overNever, hour(2).from + hourMs / 2),
    made(network, [overGap], hour(2).from + hourMs / 2),
    sold(network, overGap, hour(4).from + hourMs / 2),
    ...others(40),
  ]);
});
afterAll(async () => {
  await operator?.stop();
  await deployment?.stop();
});

it("is all as it was before the attacks, and agrees (control)", async () => {
  await expectCold(honest, "VALID_FINAL COMPLIANT (WITHIN_LIMITS)");
  await expectCold(warm, "VALID_FINAL EXCURSION (TOO_WARM)");
  await expectCold(overNever, "VALID_FINAL NOT_DEMONSTRABLE (GAP)");
  await expectCold(overGap, "VALID_FINAL NOT_DEMONSTRABLE (GAP)");
  expect(await fsck(deployment)).toEqual({ exit: 0, findings: [] });
});

describe("a second contract", () => {
  /** Of an account that is the operator's too, since two services can't share the numbers of one. */
  const ownKey = `0x${"43".repeat(32)}`;
  const theirs = twoRooms(since);
  let forged: Deployment;
  let contract: string;

  /** The same log by its name and its key, in another contract: the rooms' devices are of his own making. */
  async function deploySecond(): Promise<void> {
    await operator.fund(new Wallet(ownKey).address);
    const { CONTRACT_ADDRESS: pinned, ...env } = deployment.env;
    const { stdout, stderr } = await coldmark(["chain", "deploy"], { ...env, ANCHOR_KEY: ownKey });
    contract = /CONTRACT_ADDRESS=(0x\w{40})/.exec(stdout)?.[1] ?? `none: ${stderr}`;
    expect(contract).not.toBe(pinned);
    forged = await deploy("embedded", theirs, {
      ...{ ...hourly, CONTRACT_ADDRESS: contract, ANCHOR_KEY: ownKey },
      ...{ CHAIN_RPC_URL: env.CHAIN_RPC_URL ?? "", LOG_KEY_FILE: join(deployment.folder, "keys", "log.key") },
    });
    await publishRooms(theirs, forged.doors, { from: since, to: hour(5).from }, () => 5);
    await tell(forged, theirs, lifeOfWarm(theirs));
  }

  /** So many entries more, at least two: events of other packs, and `heads`, all in one anchor. */
  async function grow(whose: Deployment, entries: number): Promise<void> {
    const before = await sizeOf(whose);
    await tell(whose, whose === forged ? theirs : network, others(entries - 1, before));
    await expect.poll(() => sizeOf(whose), anchoredFor).toBeGreaterThan(before);
  }

  /** The forged log gets the size of the real one, where the pinned contract can say more than that it doesn't know it. */
  async function evenOut(): Promise<boolean> {
    const missing = (await sizeOf(deployment)) - (await sizeOf(forged));
    if (missing === 0) return true;
    const smaller = missing > 0 ? forged : deployment;
    await grow(smaller, Math.abs(missing) === 1 ? 3 : Math.abs(missing));
    return false;
  }

  const trustOf = ({ folder }: Deployment) =>
    JSON.parse(readFileSync(join(folder, "trust.json"), "utf8")) as TrustFile;
  const forgedUnderPinned = async () => verify(deployment, warm, { text: await bundleText(forged, warm) });

  beforeAll(deploySecond);
  afterAll(() => forged?.stop());

  it("holds a history without the excursion, which its own trust file calls final (control)", async () => {
    await expect.poll(() => coldOf(forged, warm), anchoredFor).toBe("VALID_FINAL COMPLIANT (WITHIN_LIMITS)");
    const { codeHash } = trustOf(forged);
    expect(trustOf(forged)).toEqual({ ...trustOf(deployment), contract, codeHash });
    await expectCold(warm, "VALID_FINAL EXCURSION (TOO_WARM)");
  });

  it("is never asked by whoever pinned the first: no anchor there, and at the real log's size a fork", async () => {
    expect(await sizeOf(deployment)).toBeGreaterThan(await sizeOf(forged));
    expect(await forgedUnderPinned()).toMatchObject({ exit: 1, result: "ANCHOR_UNPROVED" });
    await expect
      .poll(async () => (await evenOut()) && (await forgedUnderPinned()), anchoredFor)
      .toMatchObject({ exit: 1, result: "FORK_DETECTED" });
    expect(await coldOf(forged, warm)).toBe("VALID_FINAL COMPLIANT (WITHIN_LIMITS)");
    await expectCold(warm, "VALID_FINAL EXCURSION (TOO_WARM)");
  });
});

describe("an unopened bad hour", () => {
  const isBad = (entry: object) => {
    const { header } = entry as Partial<OpenedEntry>;
    return header?.kind === "segment" && header.from === bad.from;
  };

  /** The bundle as the service gives it, but for the warm room's bad hour. */
  async function servedWith(change: (entry: OpenedEntry) => object): Promise<string> {
    const bundle = JSON.parse(await bundleText(deployment, warm)) as Bundle;
    const stretch = bundle.streams.find(({ stream }) => stream === streamOf(subjectOf(network.warmLabel)));
    const entries = (stretch?.entries ?? []) as OpenedEntry[];
    const at = entries.findIndex(isBad);
    expect(entries[at]?.readings?.length).toBeGreaterThan(0);
    entries.splice(at, 1, change(entries[at] as OpenedEntry) as OpenedEntry);
    return JSON.stringify(bundle);
  }

  it.each<[string, string, (entry: OpenedEntry) => object]>([
    ["as it was served (control)", "EXCURSION (TOO_WARM)", (entry) => entry],
    [
      "with its commitment alone",
      "NOT_DEMONSTRABLE (WINDOW_NOT_OPENED, READINGS_NOT_SHOWN, GAP)",
      (entry) => ({ commit: commitmentOf(entry) }),
    ],
    [
      "with its header alone",
      "NOT_DEMONSTRABLE (WINDOW_NOT_OPENED, READINGS_NOT_SHOWN, GAP)",
      ({ salt, header, bodySalt, body }) => ({
        salt,
        header: { ...header, body: saltedHash(bodySalt, body) },
      }),
    ],
    [
      "without its readings",
      "NOT_DEMONSTRABLE (READINGS_NOT_SHOWN, GAP)",
      ({ readings: _, ...summary }) => summary,
    ],
  ])("%s is %s", async (_what, cold, change) => {
    const text = await servedWith(change);
    expect(await coldOf(deployment, warm, { text })).toBe(`VALID_FINAL ${cold}`);
  });

  it("whose content the records lost, so that the service itself gives nothing more, is NOT_DEMONSTRABLE", async () => {
    const which = [subjectOf(network.warmLabel), bad.from];
    await operator.sql(
      "create table kept_hour as select * from entries where subject = $1 and from_ms = $2",
      which,
    );
    await operator.sql(
      "update entries set salt = null, body_salt = null, body = null where index in (select index from kept_hour)",
    );
    await expectCold(warm, /^VALID_FINAL NOT_DEMONSTRABLE \(WINDOW_NOT_OPENED/);
    await operator.sql(`update entries set salt = kept_hour.salt, body_salt = kept_hour.body_salt, body = kept_hour.body
      from kept_hour where entries.index = kept_hour.index`);
    await expectCold(warm, "VALID_FINAL EXCURSION (TOO_WARM)");
  });
});

describe("a dropped inbox row where the gateway's receipt stands", () => {
  it("is named RECEIPT_NOT_KEPT by fsck, which agreed before", async () => {
    await operator.sql(
      "create table kept_row as select * from inbox where id = (select min(inbox_from) from gateway_runs)",
    );
    await operator.sql("delete from inbox where id in (select id from kept_row)");
    const { exit, findings } = await fsck(deployment);
    expect([exit, [...new Set(findings.map(({ kind }) => kind))].sort()]).toEqual([
      1,
      ["INBOX_CHANGED", "RECEIPT_NOT_KEPT"],
    ]);
    expect(findings.find(({ kind }) => kind === "RECEIPT_NOT_KEPT")?.detail).toMatch(
      new RegExp(`^gateway ${network.gateway.id}, boot \\d+, seq \\d+: message \\d+ is not there$`),
    );
    await operator.sql("insert into inbox select * from kept_row");
  });
});

describe("a month invented last night", () => {
  const from = since - monthMs;

  /** A real body's own times, later or earlier. */
  const shifted = (body: string, byMs: number) =>
    body.replace(/\b1\d{12}\b/g, (ms) => (isIn(Number(ms), hour(0)) ? String(Number(ms) + byMs) : ms));

  /** Every hour of thirty days says what the cold room's first one said, signed into the log with the operator's key. */
  async function inventMonth(): Promise<void> {
    const subject = subjectOf(network.label);
    const [real] = await operator.sql<{ body: string }>(
      "select body from entries where subject = $1 and kind = 'segment' and from_ms = $2",
      [subject, since],
    );
    await operator.append(
      Array.from({ length: monthMs / hourMs }, (_, n) => {
        const fromMs = from + n * hourMs;
        const body = shifted(real?.body ?? "", fromMs - since);
        return { subject, kind: "segment", fromMs, toMs: fromMs + hourMs, body };
      }),
    );
  }

  /** A real pack's own statements, at other times. */
  async function inventPack(): Promise<void> {
    const rows = await operator.sql<{ body: string }>(
      "select body from entries where subject = $1 order by seq",
      [honest],
    );
    expect(rows).toHaveLength(2);
    await operator.append(
      rows.map(({ body }, n) => {
        const at = n === 0 ? from : since;
        const told = canonicalize({ ...JSON.parse(body), at, accepted: at });
        return { subject: invented, kind: "event", fromMs: at, toMs: at, body: told };
      }),
    );
  }

  it("is on chain long after its 720 windows ended: NOT_DEMONSTRABLE for SEALED_LATE, and fsck names it", async () => {
    await inventMonth();
    await inventPack();
    await tell(deployment, network, [made(network, [packOf("LASTNIGHT")], Date.now())]);
    await expectCold(invented, /^VALID_FINAL NOT_DEMONSTRABLE \(.*SEALED_LATE/);
    await expectCold(honest, "VALID_FINAL COMPLIANT (WITHIN_LIMITS)"); // by the very body that they repeat (control)
    const { exit, findings } = await fsck(deployment);
    expect([exit, new Set(findings.map(({ kind }) => kind))]).toEqual([1, new Set(["READING_MISSING"])]);
    expect(new Set(findings.map(({ window }) => window)).size).toBe(720);
  });
});

describe("composed back-fill", () => {
  /** A window's newest version says this, and the pack's bundle is of a log that holds it. */
  async function expectNewest(
    { label, code, from }: { label: string; code: string; from: number },
    what: object,
  ): Promise<void> {
    const text = `select index, kind, body::json->'points'->0 as point from entries
      where subject = $1 and from_ms = $2 and kind in ('segment', 'late') order by seq desc limit 1`;
    const newest = () =>
      operator.sql<{ index: string; kind: string; point: object }>(text, [subjectOf(label), from]);
    await expect.poll(newest, anchoredFor).toMatchObject([{ kind: "late", point: what }]);
    const [row] = await newest();
    await expect.poll(() => sizeOf(deployment, code), anchoredFor).toBeGreaterThan(Number(row?.index));
  }
  const badHour = { label: network.warmLabel, code: warm, from: bad.from };
  const readings =
    (room: "cold" | "warm"): RoomWeather =>
    (one) =>
      one === room ? 5 : null;

  it("over a warm hour, at the door, leaves it warm: the first reading of a time stays", async () => {
    await publishRooms(network, deployment.doors, { ...bad, stepMs: 10_000 }, readings("warm"));
    await expectNewest(badHour, { n: 360, min: 5_000, max: 12_000 });
    const conflicts = "select sum(count)::integer as n from dead_letters where reason = 'CONFLICT'";
    expect(await operator.sql(conflicts)).toEqual([{ n: 360 }]);
    await expectCold(warm, "VALID_FINAL EXCURSION (TOO_WARM)");
  });

  it("over a warm hour, in the place of its readings, is READINGS_NOT_SHOWN: the first version said more", async () => {
    const points = await operator.sql<{ point: string }>(
      "select point from sensors where id in ('t3', 't4')",
    );
    for (const { point } of points) expect(await operator.rewriteReadings(point, bad, 5_000)).toBe(360);
    await operator.sql("update windows set dirty = true where from_ms = $1 and equipment_id = 'warm-room'", [
      bad.from,
    ]);
    await expectNewest(badHour, { n: 360, min: 5_000, max: 5_000 });
    await expectCold(warm, /^VALID_FINAL NOT_DEMONSTRABLE \(READINGS_NOT_SHOWN/);
  });

  /** The service, and the chain with it, go on at a later time. */
  async function letTimePass(hours: number, clock: string): Promise<void> {
    await deployment.service.stop();
    await operator.moveTime(hours * 3_600);
    await deployment.restart({ prefix: underClock(clock) });
  }

  it("over a gap, on chain within 36 h, closes it: that is how an honest gateway comes back (control)", async () => {
    await letTimePass(28, "+28h");
    await publishRooms(network, deployment.doors, gap, readings("cold"));
    await expectCold(overGap, "VALID_FINAL COMPLIANT (WITHIN_LIMITS)");
  });

  it("over a gap, more than 72 h later, never closes it", async () => {
    await letTimePass(48, "+76h");
    await publishRooms(network, deployment.doors, never, readings("cold"));
    const silent = { label: network.label, code: overNever, from: never.from };
    const lagMaxMs = expect.toSatisfy((ms: number) => ms > 72 * hourMs, "longer than 72 h");
    await expectNewest(silent, { n: 180, min: 5_000, max: 5_000, lagMaxMs });
    await expectCold(overNever, "VALID_FINAL NOT_DEMONSTRABLE (GAP)");
    await expectCold(overGap, "VALID_FINAL COMPLIANT (WITHIN_LIMITS)");
  });
});
