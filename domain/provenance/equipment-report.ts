/** What an inspector reads of an equipment bundle; times in epoch ms, temperatures in °C. */
import type { ColdExcursion } from "./answer.ts";
import type { Differing } from "./check-summary.ts";

/** A stretch of time. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** One measuring point while it lay in the equipment; `coverage` is the known part of that time, 0 to 1. */
export interface PointReport {
  readonly point: string;
  readonly stays: readonly Span[];
  readonly readings: number;
  readonly faults: number;
  readonly minC: number | null;
  readonly maxC: number | null;
  readonly coverage: number;
  readonly gaps: readonly Span[];
}

/** A time in which a point's windows were sealed under one calibration; valid if it outlasts each of them. */
export interface CalibrationReport extends Span {
  readonly point: string;
  readonly calibratedUntil: number | null;
  readonly isValid: boolean;
}

/** Windows with something to say of them beside their readings, by where they begin. */
export interface WindowReport {
  readonly shown: number;
  /** First on chain later than 36 h after their end: they can only make a pack's verdict worse. */
  readonly sealedLate: readonly number[];
  /** They don't name a roster that is known to have been in force, or state a point that none of their rosters lists. */
  readonly notFullyStated: readonly number[];
  /** Under a roster with a gateway of kind `replay`: not what was measured then, whatever the readings say. */
  readonly replayed: readonly number[];
  /** With messages that nobody signed, though the roster demands it. */
  readonly unsigned: readonly number[];
  /** With readings that first reached Coldmark more than 72 h after their time. */
  readonly arrivedLate: readonly number[];
  /** Holes in the sequence of a gateway's messages. */
  readonly withHoles: readonly number[];
  /** Numbers of the summary that readings and settings don't give. */
  readonly differing: readonly Differing[];
  /** An earlier version stated a colder or warmer reading than is there now. */
  readonly takenBack: readonly { readonly from: number; readonly point: string }[];
}

/** The whole report of [from, to), made from the bundle alone. */
export interface EquipmentReport extends Span {
  readonly equipment: string;
  readonly kind: string | null;
  /** The known part of the time, 0 to 1: every point that lay there spoke. */
  readonly coverage: number;
  /** Times about which some point, or all of it, says nothing. */
  readonly gaps: readonly Span[];
  /** Outside the equipment's own limits of the time. */
  readonly excursions: readonly (ColdExcursion & { readonly point: string; readonly limitC: number })[];
  readonly calibrations: readonly CalibrationReport[];
  /** Entries that people's decisions left in its stream; none of such a kind is sealed yet. */
  readonly decisions: readonly { readonly kind: string; readonly at: number }[];
  readonly points: readonly PointReport[];
  readonly windows: WindowReport;
  /** Excursions that were sealed on the spot, and whether the readings show them. */
  readonly alarms: readonly { readonly point: string; readonly at: number; readonly isInReadings: boolean }[];
  /** Where the site says that sensors lay in it; `until` is null while one lies there. */
  readonly placements: readonly {
    readonly point: string;
    readonly since: number;
    readonly until: number | null;
  }[];
  /** Times whose rules the trust file doesn't pin: all of them count as gaps. */
  readonly unjudged: readonly Span[];
}
