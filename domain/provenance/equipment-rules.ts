/** The rules an equipment is judged by over a stay: where its rosters differ, the strictest numbers of them all. */
import { profileOf, type ScopeRules } from "#domain/coldchain/profiles.ts";
import type { TrustFile } from "#domain/log/bundle.ts";
import type { RosterBody } from "./bodies.ts";

/** Cadence (ms) and number of measuring points that a stay needs. */
export interface EquipmentRules {
  readonly recordIntervalMs: number;
  readonly recordIntervalOutMs: number;
  readonly pointsMin: number;
}

/** The rules of all rosters together; null when one names a profile that the trust file doesn't pin or nobody knows. */
export function rulesOf(
  rosters: readonly RosterBody[],
  pinned: TrustFile["profiles"],
): EquipmentRules | null {
  const found = rosters.map((roster) => scopeOf(roster, pinned));
  const rules = found.filter((each) => each !== null);
  if (rules.length === 0 || rules.length < found.length) return null;
  const numbers = (pick: (scope: ScopeRules) => { value: number }) =>
    rules.map((scope) => pick(scope).value).sort((a, b) => a - b);
  return {
    recordIntervalMs: numbers((scope) => scope.recordIntervalMs)[0] ?? 0,
    recordIntervalOutMs: numbers((scope) => scope.recordIntervalOutMs)[0] ?? 0,
    pointsMin: numbers((scope) => scope.pointsMin).at(-1) ?? 0,
  };
}

function scopeOf({ profile, scope }: RosterBody, pinned: TrustFile["profiles"]): ScopeRules | null {
  const isPinned = pinned.some(({ name, version }) => name === profile.name && version === profile.version);
  return isPinned ? (profileOf(profile.name, profile.version)?.scopes[scope] ?? null) : null;
}
