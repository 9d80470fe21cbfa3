/** What a window says of its readings, held against the readings themselves. */
import { profileOf } from "#domain/coldchain/profiles.ts";
import { StreamFault } from "#domain/log/open-streams.ts";
import { rowsIn } from "#domain/log/reading-columns.ts";
import type { PointBody, RosterBody } from "./bodies.ts";
import { nameOf, type ShownWindow } from "./match-readings.ts";
import { summarizeWindow } from "./window-summary.ts";

/** A number of a window's summary that its readings don't give. */
export interface Differing {
  readonly from: number;
  readonly point: string;
  readonly number: "longestGapOutMs" | "weightMs" | "mktSum";
}

/** Numbers that follow from the readings alone, whatever the equipment's settings were. */
const plain = ["n", "min", "max", "mean", "first", "last", "longestGapMs", "faults"] as const;
/** Engines may differ in the last digit of `exp`. */
const mktTolerance = 1e-9;

/**
 * The numbers of a window that differ from what its readings give under the roster and its rules, which may have changed
 * since it was sealed.
 * @throws StreamFault TAMPERED where a number differs that depends on nothing but the readings
 */
export function checkSummary(window: ShownWindow, roster: RosterBody): Differing[] {
  const given = new Map(recompute(window, roster).map((point) => [point.point, point]));
  const stated = window.body.points;
  if (given.size !== stated.length) throw falsely(window);
  const isRuled = holdMaxOf(roster) !== null;
  return stated.flatMap((point) => {
    const own = given.get(point.point);
    if (own === undefined || plain.some((name) => own[name] !== point[name])) throw falsely(window);
    return isRuled
      ? differing(own, point).map((number) => ({ from: window.from, point: point.point, number }))
      : [];
  });
}

function recompute({ from, to, body, readings }: ShownWindow, roster: RosterBody): PointBody[] {
  try {
    return summarizeWindow({
      ...{ from, to, points: body.points },
      rows: rowsIn(readings).map(([point, ts, tMilliC, err]) => ({
        point,
        ts,
        tMilliC,
        err,
        receivedAt: ts,
      })),
      ...{ lowerMilliC: roster.lowerMilliC, upperMilliC: roster.upperMilliC },
      holdMaxMs: holdMaxOf(roster) ?? to - from,
    });
  } catch (fault) {
    throw new StreamFault("TAMPERED", `${nameOf({ from })}: ${(fault as Error).message}`);
  }
}

function holdMaxOf({ profile, scope }: RosterBody): number | null {
  return profileOf(profile.name, profile.version)?.scopes[scope].recordIntervalMs.value ?? null;
}

function differing(own: PointBody, stated: PointBody): Differing["number"][] {
  const isMktAlike = Math.abs(own.mktSum - stated.mktSum) <= 1 + mktTolerance * own.mktSum;
  return [
    ...(own.longestGapOutMs === stated.longestGapOutMs ? [] : (["longestGapOutMs"] as const)),
    ...(own.weightMs === stated.weightMs ? [] : (["weightMs"] as const)),
    ...(isMktAlike ? [] : (["mktSum"] as const)),
  ];
}

function falsely(window: ShownWindow): StreamFault {
  return new StreamFault("TAMPERED", `what ${nameOf(window)} says of its readings does not follow from them`);
}
