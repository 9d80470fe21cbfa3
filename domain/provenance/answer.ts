/**
 * What Coldmark says about one pack: four questions answered separately (design §6), each with its reasons.
 * The words for a reason stand in dashboard/i18n under `reason.<code>`; facts fill their blanks.
 */

/** Every reason an answer can give; unknown is never "fine", so each open point has its own. */
export type ReasonCode =
  // known
  | "COMMISSIONED_BY_MAKER"
  | "SEEN_ON_SHIPMENT"
  | "SEEN_IN_STOCK"
  | "NEVER_SEEN"
  // state
  | "NOT_SOLD_YET"
  | "SOLD_ONCE"
  | "SOLD_SEVERAL_TIMES"
  | "LOT_RECALLED"
  | "PAST_EXPIRY"
  | "EXPIRY_NOT_STATED"
  | "HELD"
  | "NOT_SEALED_YET"
  | "STATEMENTS_NOT_SHOWN"
  // cold
  | "WITHIN_LIMITS"
  | "TOO_WARM"
  | "TOO_COLD"
  | "GAP"
  | "NO_READINGS"
  | "WINDOW_MISSING"
  | "WINDOW_NOT_OPENED"
  | "READINGS_NOT_SHOWN"
  | "PLACE_BACKDATED"
  | "PLACE_UNKNOWN"
  | "SENSOR_PLACED_LATE"
  | "SENSORS_NOT_STATED"
  | "TOO_FEW_POINTS"
  | "CALIBRATION_EXPIRED"
  | "CALIBRATION_MISSING"
  | "READINGS_ARRIVED_LATE"
  | "SEALED_LATE"
  | "UNSIGNED"
  | "SEQUENCE_HOLE"
  | "SENSOR_FAULT"
  | "REPLAYED"
  | "INTERVAL_OUT_OF_LIMITS"
  | "LIMITS_UNKNOWN"
  | "LIMITS_BACKDATED"
  | "PACKAGING_TOO_LONG"
  | "PACKAGED_IN_TIME"
  | "NOTHING_MEASURED"
  | "CORRECTED_PLACE";

/** A reason with the facts its sentence needs (times as epoch ms, temperatures in °C, durations in ms). */
export interface Reason {
  readonly code: ReasonCode;
  readonly facts?: Readonly<Record<string, string | number>>;
}

/** Words in both languages. */
export interface Names {
  readonly zh: string;
  readonly en: string;
}

export type KnownState = "KNOWN_FROM_MAKER" | "KNOWN_IN_NETWORK" | "UNKNOWN";
export type PackState =
  | "IN_TRADE"
  | "SOLD"
  | "SOLD_SEVERAL_TIMES"
  | "RECALLED"
  | "EXPIRED"
  | "ON_HOLD"
  | "UNKNOWN";
export type ColdState = "COMPLIANT" | "EXCURSION" | "NOT_DEMONSTRABLE";
export type Evidence = "MEASURED" | "DOCUMENTED" | "PACKAGED" | "NOT_KNOWN";
export type OrganisationKind =
  | "operator"
  | "manufacturer"
  | "wholesaler"
  | "carrier"
  | "pharmacy"
  | "prescriber"
  | "authority";

/** Time outside the label's limits at one measuring point; `to` is null while it lasts. */
export interface ColdExcursion {
  readonly direction: "high" | "low";
  readonly from: number;
  readonly to: number | null;
  readonly durationMs: number;
  readonly extremeC: number;
}

/** One leg of a pack's way: where it was from … to, and what is proved about the cold there. */
export interface Leg {
  readonly from: number;
  readonly to: number;
  readonly place: {
    readonly kind: "refrigerator" | "coldroom" | "vehicle" | "box" | "site" | "unknown";
    readonly by: OrganisationKind | null;
  };
  readonly evidence: Evidence;
  readonly state: ColdState;
  readonly minC: number | null;
  readonly maxC: number | null;
  readonly excursions: readonly ColdExcursion[];
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
  readonly reasons: readonly Reason[];
}

/** One step of the pack's story as a partner stated it. */
export interface Step {
  readonly at: number;
  readonly accepted: number;
  readonly step: string | null;
  readonly disposition: string | null;
  readonly by: OrganisationKind;
  /** Alias of the organisation that states it (64 hex digits): the same one twice shows, its name does not. */
  readonly org: string;
  /** Its name, in the partner view only. */
  readonly organisation?: Names;
  readonly signed: boolean;
  readonly offline: boolean;
}

/** The answer to "was it kept cold?": verdict, limits with their source, legs, mean kinetic temperature. */
export interface ColdAnswer {
  readonly state: ColdState;
  readonly reasons: readonly Reason[];
  readonly limits: {
    readonly lowerC: number;
    readonly upperC: number;
    readonly maker: Names;
    readonly stated: number;
  } | null;
  readonly profile: { readonly name: string; readonly version: number };
  /** Cold is proved from `since` to `until` (epoch ms) without a break; null when no moment is. */
  readonly proved: { readonly since: number; readonly until: number } | null;
  readonly mktC: number | null;
  readonly mktReason: Reason | null;
  readonly legs: readonly Leg[];
}

/** How far the answer is proved: one result of design §5 with the time of the newest proven anchor. */
export interface ProofAnswer {
  readonly result: string;
  readonly asOf: number | null;
  readonly chainClass: "operator" | "consortium" | "public";
  readonly reasons: readonly string[];
}

/** The four answers about one code. */
export interface Answer {
  readonly code: string;
  readonly epc: string;
  readonly view: "public" | "partner";
  readonly asOf: number | null;
  readonly product: {
    readonly gtin: string | null;
    readonly names: Names | null;
    readonly maker: Names | null;
    readonly lot: string | null;
    readonly expiry: string | null;
  };
  readonly known: { readonly state: KnownState; readonly reasons: readonly Reason[] };
  readonly state: {
    readonly state: PackState;
    readonly soldCount: number;
    readonly reasons: readonly Reason[];
  };
  readonly cold: ColdAnswer;
  readonly proof: ProofAnswer;
  readonly steps: readonly Step[];
}
