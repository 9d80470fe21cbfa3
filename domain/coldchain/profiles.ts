/** Where the equipment stands or moves; a rule profile has one set of numbers for each. */
export type ProfileScope = "warehouse" | "transport" | "shop";

/** One number of a rule: where it is written, and whether it was read in the law itself (else it is a setting). */
export interface RuleNumber {
  readonly value: number;
  readonly clause: string;
  readonly verified: boolean;
  readonly source: string;
}

/** The cadence, alarm and equipment numbers of one scope. */
export interface ScopeRules {
  readonly recordIntervalMs: RuleNumber;
  readonly recordIntervalOutMs: RuleNumber;
  readonly liveMs: RuleNumber;
  readonly alarmDelayMs: RuleNumber;
  readonly pointsMin: RuleNumber;
  readonly humidityRequired: boolean;
}

/** A sensor's permissible error, ± °C, between two temperatures. */
export interface PermissibleError {
  readonly fromC: number;
  readonly toC: number;
  readonly errorC: RuleNumber;
}

/** A market's rules at one version. Every verdict names the profile and version it used. */
export interface RuleProfile {
  readonly name: string;
  readonly version: number;
  readonly scopes: Readonly<Record<ProfileScope, ScopeRules>>;
  readonly calibrationMonths: RuleNumber;
  readonly permissibleErrors: readonly PermissibleError[];
  readonly alarmPeopleMin: RuleNumber;
  readonly retentionYears: RuleNumber;
  /** Longest window an MKT may cover, for refrigerated goods; null where the rules give no MKT of their own. */
  readonly mktWindowMs: RuleNumber | null;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const copy = "read in a copy of the text, not in the law itself";
const paraphrase = "seen only as a paraphrase";
const decision = "no number found in the text: Coldmark's setting";

const unverified = (value: number, clause: string, source: string): RuleNumber => ({
  value,
  clause,
  verified: false,
  source,
});

const gspScope = (recordMinutes: number, pointsMin: RuleNumber, humidityRequired: boolean): ScopeRules => ({
  recordIntervalMs: unverified(recordMinutes * minuteMs, "GSP 附录3 §5", copy),
  recordIntervalOutMs: unverified(2 * minuteMs, "GSP 附录3 §5", copy),
  liveMs: unverified(minuteMs, "GSP 附录3 §5", copy),
  alarmDelayMs: unverified(0, "GSP 附录3 §6", copy),
  pointsMin,
  humidityRequired,
});

const cnGsp: RuleProfile = {
  name: "CN-GSP",
  version: 1,
  scopes: {
    warehouse: gspScope(30, unverified(2, "GSP 附录3 §13", copy), true),
    transport: gspScope(5, unverified(2, "GSP 附录3 §14", copy), false),
    shop: gspScope(30, unverified(1, "", decision), false),
  },
  calibrationMonths: unverified(12, "GSP 附录3 §16", paraphrase),
  permissibleErrors: [
    { fromC: 0, toC: 40, errorC: unverified(0.5, "GSP 附录3 §4(1)", copy) },
    { fromC: -25, toC: 0, errorC: unverified(1, "GSP 附录3 §4(2)", copy) },
  ],
  alarmPeopleMin: unverified(3, "GSP 附录3 §6", copy),
  retentionYears: unverified(5, "GSP §42", paraphrase),
  mktWindowMs: null,
};

const plainScope = (recordInterval: RuleNumber, outMinutes: number): ScopeRules => ({
  recordIntervalMs: recordInterval,
  recordIntervalOutMs: unverified(outMinutes * minuteMs, "", decision),
  liveMs: unverified(15 * minuteMs, "", decision),
  alarmDelayMs: unverified(0, "", decision),
  pointsMin: unverified(1, "", decision),
  humidityRequired: false,
});

const euInterval = unverified(15 * minuteMs, "", decision);
const euGdp: RuleProfile = {
  name: "EU-GDP",
  version: 1,
  scopes: {
    warehouse: plainScope(euInterval, 15),
    transport: plainScope(euInterval, 15),
    shop: plainScope(euInterval, 15),
  },
  calibrationMonths: unverified(12, "GDP §9.2 (wording of 2013/C 68)", copy),
  permissibleErrors: [{ fromC: 0, toC: 40, errorC: unverified(0.5, "GDP §3.3, MHRA note", copy) }],
  alarmPeopleMin: unverified(1, "", decision),
  retentionYears: unverified(5, "GDP §4.2", paraphrase),
  mktWindowMs: null,
};

const usInterval = unverified(30 * minuteMs, "CDC toolkit, digital data loggers", copy);
const usUsp: RuleProfile = {
  name: "US-USP",
  version: 1,
  scopes: {
    warehouse: plainScope(usInterval, 30),
    transport: plainScope(usInterval, 30),
    shop: plainScope(usInterval, 30),
  },
  calibrationMonths: unverified(24, "VFC calibration certificates (2 to 3 years)", copy),
  permissibleErrors: [
    { fromC: 0, toC: 40, errorC: unverified(0.5, "CDC toolkit, digital data loggers", copy) },
  ],
  alarmPeopleMin: unverified(1, "", decision),
  retentionYears: unverified(3, "CDC/VFC", "from memory, to be confirmed"),
  mktWindowMs: unverified(dayMs, "USP <1079.2>, controlled cold temperature", copy),
};

/** Every profile there is; docs/verify.md has their numbers. */
export const profiles: readonly RuleProfile[] = [cnGsp, euGdp, usUsp];

/** The rules by that name and version, or null when there are none (a verdict then is NOT_DEMONSTRABLE). */
export function profileOf(name: string, version: number): RuleProfile | null {
  return profiles.find((profile) => profile.name === name && profile.version === version) ?? null;
}
