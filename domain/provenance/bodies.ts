/** What the entries of the log say, by kind, as a verifier reads them; a body of another shape says nothing. */
import type { ProvedEntry } from "#domain/log/open-streams.ts";
import { anyOf, atLeast, type Check, hex, integer, list, oneOf, text, tuple } from "#domain/log/shape.ts";
import type { Names, OrganisationKind } from "./answer.ts";

/** One partner's statement about a code: kind `event`. Streams are hashes, so no foreign code shows. */
export interface EventBody {
  readonly type: string;
  readonly action: string;
  readonly step: string | null;
  readonly disposition: string | null;
  readonly role: "object" | "parent" | "child";
  readonly at: number;
  readonly accepted: number;
  readonly place: string | null;
  readonly placeKind: "equipment" | "site" | null;
  readonly parent: string | null;
  readonly parentKind: "equipment" | "code" | null;
  readonly by: {
    readonly role: OrganisationKind;
    readonly org: string;
    /** Alias of the key (design §5): no bundle shows the key's own id. */
    readonly signedBy: string | null;
    readonly offline: boolean;
  };
  readonly event: string;
  readonly gtin?: string;
  readonly lot?: string;
  readonly expiry?: string;
  readonly document?: string;
  readonly corrects?: string;
}

/** One measuring point of an equipment's roster. */
export interface RosterPoint {
  readonly point: string;
  readonly since: number;
  readonly accepted: number;
  readonly offline: boolean;
  readonly calibratedAt: number | null;
  readonly calibratedUntil: number | null;
  readonly signatureRequired: boolean;
  readonly replay: boolean;
}

/** The whole state of an equipment at a change: kind `equipment`. */
export interface RosterBody {
  readonly kind: "refrigerator" | "coldroom" | "vehicle" | "box";
  readonly scope: "shop" | "warehouse" | "transport";
  readonly profile: { readonly name: string; readonly version: number };
  readonly lowerMilliC: number;
  readonly upperMilliC: number;
  readonly segmentMs: number;
  readonly validatedMs: number | null;
  readonly points: readonly RosterPoint[];
}

/** What a window says of one measuring point; min … last are null when there was no reading. */
export interface PointBody {
  readonly point: string;
  readonly n: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly mktSum: number;
  readonly weightMs: number;
  readonly first: number | null;
  readonly last: number | null;
  readonly longestGapMs: number;
  readonly longestGapOutMs: number;
  readonly lagMaxMs: number | null;
  readonly faults: number;
  readonly calibratedUntil: number | null;
}

/** One window of one equipment: kinds `segment` and `late`. */
export interface WindowBody {
  /** The newest roster when it was sealed: its numbers follow from the settings of this one. */
  readonly roster: string;
  /** Those before it that were in force during the window; absent from windows sealed in the first form. */
  readonly earlierRosters?: readonly string[];
  readonly points: readonly PointBody[];
  readonly data: string;
  readonly sources: readonly {
    readonly kid: string | null;
    readonly missing: readonly (readonly [number, number])[];
  }[];
}

/** An excursion as it was sealed on the spot: kind `excursion`. */
export interface AlarmBody {
  readonly point: string;
  readonly direction: "high" | "low";
  readonly at: number;
  readonly limitMilliC: number;
}

/** A product as its maker states it: kind `product`. */
export interface ProductBody {
  readonly gtin: string;
  readonly names: Names;
  readonly maker: Names;
  readonly makerOrg: string;
  readonly lowerMilliC: number;
  readonly upperMilliC: number;
  readonly effectiveFrom: number;
  readonly accepted: number;
  readonly signedBy: string | null;
  readonly offline: boolean;
}

const hash = hex(32);
const time = integer();
const flag = oneOf(true, false);
const perhaps = (check: Check) => anyOf(oneOf(null), check);
const absentOr =
  (check: Check): Check =>
  (value) =>
    value === undefined ? null : check(value);
const names = atLeast({ zh: text(200), en: text(200) });
const kinds = [
  "operator",
  "manufacturer",
  "wholesaler",
  "carrier",
  "pharmacy",
  "prescriber",
  "authority",
] as const;

const shapes = {
  event: atLeast({
    type: text(40),
    action: text(10),
    step: perhaps(text(60)),
    disposition: perhaps(text(60)),
    role: oneOf("object", "parent", "child"),
    at: time,
    accepted: time,
    place: perhaps(hash),
    placeKind: oneOf("equipment", "site", null),
    parent: perhaps(hash),
    parentKind: oneOf("equipment", "code", null),
    by: atLeast({ role: oneOf(...kinds), org: hash, signedBy: perhaps(hash), offline: flag }),
    event: hash,
    gtin: absentOr(text(14)),
    lot: absentOr(text(20)),
    expiry: absentOr(text(10)),
    document: absentOr(hash),
    corrects: absentOr(text(40)),
  }),
  roster: atLeast({
    kind: oneOf("refrigerator", "coldroom", "vehicle", "box"),
    scope: oneOf("shop", "warehouse", "transport"),
    profile: atLeast({ name: text(40), version: integer(1) }),
    lowerMilliC: integer(),
    upperMilliC: integer(),
    segmentMs: integer(1),
    validatedMs: perhaps(integer(0)),
    points: list(
      atLeast({
        point: text(64),
        since: time,
        accepted: time,
        offline: flag,
        calibratedAt: perhaps(time),
        calibratedUntil: perhaps(time),
        signatureRequired: flag,
        replay: flag,
      }),
      1_000,
    ),
  }),
  window: atLeast({
    roster: hash,
    earlierRosters: absentOr(list(hash, 1_000)),
    points: list(
      atLeast({
        point: text(64),
        n: integer(0),
        min: perhaps(integer()),
        max: perhaps(integer()),
        mean: perhaps(integer()),
        mktSum: integer(0),
        weightMs: integer(0),
        first: perhaps(time),
        last: perhaps(time),
        longestGapMs: integer(0),
        longestGapOutMs: integer(0),
        lagMaxMs: perhaps(integer()),
        faults: integer(0),
        calibratedUntil: perhaps(time),
      }),
      1_000,
    ),
    data: hash,
    sources: list(
      atLeast({ kid: perhaps(hash), missing: list(tuple(integer(0), integer(0)), 100_000) }),
      10_000,
    ),
  }),
  alarm: atLeast({ point: text(64), direction: oneOf("high", "low"), at: time, limitMilliC: integer() }),
  product: atLeast({
    gtin: text(14),
    names,
    maker: names,
    makerOrg: hash,
    lowerMilliC: integer(),
    upperMilliC: integer(),
    effectiveFrom: time,
    accepted: time,
    signedBy: perhaps(hash),
    offline: flag,
  }),
};

/** The body of a code stream's `event`, or null when it is of another kind, not opened or misshapen. */
export const eventOf = (entry: ProvedEntry): EventBody | null => read(entry, ["event"], shapes.event);

/** The body of an equipment's roster entry, or null. */
export const rosterOf = (entry: ProvedEntry): RosterBody | null => read(entry, ["equipment"], shapes.roster);

/** The body of a window, sealed in time or `late`, or null; also where it speaks of times outside the window. */
export function windowOf(entry: ProvedEntry): WindowBody | null {
  const body = read<WindowBody>(entry, ["segment", "late"], shapes.window);
  return body?.points.every((point) => isOfWindow(point, entry.header)) ? body : null;
}

/** The body of an excursion sealed on the spot, or null. */
export const alarmOf = (entry: ProvedEntry): AlarmBody | null => read(entry, ["excursion"], shapes.alarm);

/** The body of a maker's product entry, or null. */
export const productOf = (entry: ProvedEntry): ProductBody | null => read(entry, ["product"], shapes.product);

/** A point without readings states no values; one with readings states times inside its window, the extremes in order. */
function isOfWindow({ n, min, max, first, last }: PointBody, header: ProvedEntry["header"]): boolean {
  if (n === 0) return min === null && max === null && first === null && last === null;
  if (min === null || max === null || first === null || last === null || header === null) return false;
  return min <= max && first >= header.from && first <= last && last < header.to;
}

function read<Body>(entry: ProvedEntry, kinds: readonly string[], shape: Check): Body | null {
  if (entry.header === null || !kinds.includes(entry.header.kind)) return null;
  return shape(entry.body) === null ? (entry.body as Body) : null;
}
