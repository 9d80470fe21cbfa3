/** Why a stay in an equipment is not COMPLIANT though no reading left the limits: what is missing, late or not shown. */
import type { Reason } from "./answer.ts";
import { alarmOf, type RosterBody } from "./bodies.ts";
import type { EquipmentRules } from "./equipment-rules.ts";
import { marksOf } from "./marks-of.ts";
import type { MeasuredStay } from "./measured-stay.ts";
import { placedFrom } from "./placed-from.ts";
import { stretchTailMs } from "./policy.ts";
import { needsReadings } from "./stay-samples.ts";
import type { SealedWindow } from "./windows.ts";

/** The open points of the equipment as it was during the stay, by every roster of that time. */
export function rosterReasons(
  stay: MeasuredStay,
  rosters: readonly RosterBody[],
  rules: EquipmentRules,
): Reason[] {
  const points = rosters.flatMap((roster) => roster.points);
  const fewest = rosters.map((roster) => roster.points.length).reduce((a, b) => Math.min(a, b));
  const reasons: Reason[] = [];
  if (fewest < rules.pointsMin)
    reasons.push({ code: "TOO_FEW_POINTS", facts: { points: fewest, needed: rules.pointsMin } });
  if (points.some((point) => point.replay)) reasons.push({ code: "REPLAYED" });
  if (points.some((point) => placedFrom(point) > stay.from)) reasons.push({ code: "SENSOR_PLACED_LATE" });
  if (points.some((point) => point.calibratedUntil === null)) reasons.push({ code: "CALIBRATION_MISSING" });
  return reasons;
}

/** The open points of one window. */
export function windowReasons(stay: MeasuredStay, window: SealedWindow): Reason[] {
  if (window.body === null || window.rosters === null) return [{ code: "WINDOW_NOT_OPENED" }];
  const reasons: Reason[] = [];
  const { points } = window.body;
  const marks = marksOf(window.body, window.rosters);
  if (!window.isOpened) reasons.push({ code: "WINDOW_NOT_OPENED" });
  if (!window.isFullyStated) reasons.push({ code: "SENSORS_NOT_STATED" });
  if (window.sealedLate) reasons.push({ code: "SEALED_LATE" });
  const isMissing = needsReadings(stay, window) && window.readings === null;
  if (isMissing || dropsExtreme(window)) reasons.push({ code: "READINGS_NOT_SHOWN" });
  if (points.some((point) => point.calibratedUntil === null)) reasons.push({ code: "CALIBRATION_MISSING" });
  if (points.some((point) => point.calibratedUntil !== null && point.calibratedUntil < window.to)) {
    reasons.push({ code: "CALIBRATION_EXPIRED" });
  }
  if (marks.arrivedLate) reasons.push({ code: "READINGS_ARRIVED_LATE" });
  if (points.some((point) => point.faults > 0)) reasons.push({ code: "SENSOR_FAULT" });
  if (marks.hasHoles) reasons.push({ code: "SEQUENCE_HOLE" });
  if (marks.isUnsigned) reasons.push({ code: "UNSIGNED" });
  return reasons;
}

/** A later version may add readings, never take away the coldest or warmest that an earlier one stated. */
function dropsExtreme({ readings, extremes }: SealedWindow): boolean {
  if (readings === null) return false;
  return [...extremes].some(([point, { min, max }]) => {
    const values = readings.flatMap(([name, , t]) => (name === point && t !== null ? [t] : []));
    return !(values.some((t) => t <= min) && values.some((t) => t >= max));
  });
}

/**
 * What of the stretch is not shown: an entry without its header might be a late version of any window, one that was sealed
 * since the last seal before the stay may be one of its windows, and late ones still come 72 h after it (design §5).
 */
export function stretchReasons({ stream, from, to }: MeasuredStay): Reason[] {
  const isHidden = stream.entries.some((entry) => entry.header === null);
  const sealedBefore = stream.seen.findLast(({ at }) => at <= from)?.seq ?? -1;
  const beginsLate = stream.from > sealedBefore + 1;
  const endsEarly = stream.endsAt !== null && stream.endsAt < to + stretchTailMs;
  return isHidden || beginsLate || endsEarly ? [{ code: "WINDOW_NOT_OPENED" }] : [];
}

/** An excursion that was sealed on the spot must show in its window too: readings can't be taken back before it closes. */
export function alarmReasons(stay: MeasuredStay, windows: readonly SealedWindow[]): Reason[] {
  const during = stay.stream.entries.filter(({ header }) => {
    return header?.kind === "excursion" && header.from >= stay.from && header.from < stay.to;
  });
  return during.flatMap((entry): Reason[] => {
    const alarm = alarmOf(entry);
    if (alarm === null) return [{ code: "WINDOW_NOT_OPENED" }];
    const window = windows.find(({ from, to }) => alarm.at >= from && alarm.at < to);
    const stated = window?.extremes.get(alarm.point);
    const shows =
      alarm.direction === "high"
        ? (stated?.max ?? Number.NEGATIVE_INFINITY) > alarm.limitMilliC
        : (stated?.min ?? Number.POSITIVE_INFINITY) < alarm.limitMilliC;
    return shows ? [] : [{ code: "READINGS_NOT_SHOWN" }];
  });
}
