/** A log in memory in which a maker's packs lie in sealed refrigerators: what the unit tests of the verdict ask about. */
import type { Bundle, ReadingRow } from "#domain/log/bundle.ts";
import { readingsRoot } from "#domain/log/check-readings.ts";
import { streamOf } from "#domain/log/entry.ts";
import { type Verification, verifyBundle } from "#domain/log/verify.ts";
import type { Answer } from "#domain/provenance/answer.ts";
import { tellAnswer } from "#domain/provenance/tell-answer.ts";
import { summarizeWindow } from "#domain/provenance/window-summary.ts";
import { TestLog } from "./test-log.ts";

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
const gtin = "06901234567892";
export const pack = `https://id.gs1.org/01/${gtin}/21/A1`;
export const product = `https://id.gs1.org/01/${gtin}`;
export const cold = "urn:coldmark:equipment:cold";
export const warm = "urn:coldmark:equipment:warm";
const maker = streamOf("urn:coldmark:organisation:maker");
export const start = Date.UTC(2026, 0, 5, 8);
export const end = start + 4 * hourMs;

/** Milli-°C at a time, or null where the sensor says nothing. */
export type Weather = (ts: number) => number | null;

/** How a window differs from the usual one. */
interface Sealing {
  readonly kind?: string;
  readonly point?: string;
  /** Points that say the same as the first. */
  readonly beside?: readonly string[];
  /** The key that the messages are signed with. */
  readonly kid?: string | null;
  readonly calibratedUntil?: number | null;
  readonly more?: readonly ReadingRow[];
  /** Sequence numbers that never came. */
  readonly missing?: readonly (readonly [number, number])[];
  /** How long after its time each reading came. */
  readonly lagMs?: number;
  /** Of the raw messages of its only source, hex. */
  readonly messagesRoot?: string;
  /** Rosters that it names beside; without them it is of the first form. */
  readonly earlierRosters?: readonly string[];
}

const lastCalibrated = end + hourMs;

/** A log in which a maker states 2–8 °C and two refrigerators are sealed hour by hour. */
export class ColdNetwork extends TestLog {
  /** Whose streams a bundle shows beside the pack's own. */
  readonly subjects = [product, `${product}/10/L1`, cold, warm];

  constructor(bytes?: (length: number) => Uint8Array) {
    super(bytes);
    this.append(product, "product", at(start - hourMs), {
      gtin,
      names: { zh: "药", en: "Medicine" },
      maker: { zh: "厂", en: "Maker" },
      makerOrg: maker,
      lowerMilliC: 2000,
      upperMilliC: 8000,
      effectiveFrom: start - hourMs,
      accepted: start - hourMs,
      signedBy: null,
      offline: false,
    });
  }

  /** Seals a refrigerator from an hour before the start to the end; gives the leaf of its roster. */
  fridge(subject: string, weather: Weather, point: object = {}): string {
    const leaf = this.roster(subject, point);
    for (let from = start - hourMs; from < end; from += hourMs) this.window(subject, leaf, from, weather);
    return leaf;
  }

  /** States the equipment's whole state anew, in force from `when` on; gives its leaf. */
  roster(subject: string, point: object = {}, more: object = {}, when = start - hourMs): string {
    const body = {
      kind: "refrigerator",
      scope: "shop",
      profile: { name: "CN-GSP", version: 1 },
      ...limits,
      segmentMs: hourMs,
      validatedMs: null,
      points: [placed(`p-${subject.at(-1)}`, point)],
      ...more,
    };
    return this.append(subject, "equipment", at(when), body).leaf;
  }

  /** Seals one hour of an equipment; `more` are readings of other hours under the same seal. */
  window(
    subject: string,
    roster: string,
    from: number,
    weather: Weather,
    {
      kind = "segment",
      point = `p-${subject.at(-1)}`,
      beside = [],
      kid = maker,
      calibratedUntil = lastCalibrated,
      more = [],
      missing = [],
      lagMs = 1000,
      messagesRoot = "0".repeat(64),
      earlierRosters,
    }: Sealing = {},
  ): void {
    const rows: ReadingRow[] = [];
    for (let ts = from; ts < from + hourMs; ts += minuteMs) {
      const t = weather(ts);
      if (t !== null) for (const name of [point, ...beside]) rows.push([name, ts, t, null]);
    }
    const readings = rows.map(([name, ts, tMilliC]) => ({
      ...{ point: name, ts, tMilliC, err: null, receivedAt: ts + lagMs },
    }));
    const span = { from, to: from + hourMs };
    const points = summarizeWindow({
      ...{ ...span, ...limits, rows: readings },
      points: [point, ...beside].map((name) => ({ point: name, calibratedUntil })),
      holdMaxMs: 30 * minuteMs,
    });
    const source = { gateway: maker, kid, boot: 1, first: 1, last: 60, missing };
    const sources = [{ ...source, root: messagesRoot }];
    const all = [...rows, ...more];
    const data = readingsRoot(all);
    const named = earlierRosters === undefined ? { roster } : { roster, earlierRosters };
    this.append(subject, kind, span, { ...named, points, door: null, power: null, data, sources }, all);
  }

  event(body: Readonly<Record<string, unknown>>, when = start, accepted = when, code = pack): void {
    const base = {
      ...{ type: "object", action: "OBSERVE", step: "storing", disposition: null, role: "object" },
      ...{ place: null, placeKind: null, parent: null, parentKind: null },
    };
    const by = { role: "manufacturer", org: maker, signedBy: null, offline: false };
    const told = { ...base, by, event: "0".repeat(64), at: when, accepted, ...body };
    this.append(code, "event", { from: when, to: accepted }, told);
  }

  made(when = start): void {
    const place = { place: streamOf(cold), placeKind: "equipment" };
    const said = { step: "commissioning", action: "ADD", ...place, lot: "L1", expiry: "2027-01-01" };
    this.event(said, when);
  }

  /** The answer from a bundle that `change` may have worked on, with the newest anchor at `asOf`. */
  async tell({ asOf = end, change = (_: Bundle) => {} } = {}): Promise<Answer> {
    const { result, reasons, contents } = await this.verified(asOf, change);
    if (contents === null) throw new Error(`${result}: ${reasons}`);
    const told = { code: pack, view: "public", chainClass: "operator" } as const;
    return tellAnswer(contents, { ...told, result, asOf, reasons });
  }

  /** What the verifier says of the bundle, offline. */
  async verified(asOf: number, change: (bundle: Bundle) => void): Promise<Verification> {
    const bundle = this.bundle(pack, this.subjects, this.close(asOf));
    change(bundle);
    return await verifyBundle(JSON.stringify(bundle), { trust: this.trust, code: pack });
  }
}

/** What a roster says of a point that lay there from the beginning. */
export function placed(point: string, more: object = {}) {
  const since = start - hourMs;
  return {
    ...{ point, since, accepted: since, offline: false, calibratedAt: since, calibratedUntil: end + hourMs },
    ...{ signatureRequired: false, replay: false, ...more },
  };
}

const limits = { lowerMilliC: 2000, upperMilliC: 8000 };
export const at = (when: number) => ({ from: when, to: when });
