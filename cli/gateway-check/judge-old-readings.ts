import { fail, notSeen, pass, type Verdict } from "./duty.ts";
import { firstSendings, seconds, timeOf } from "./message-duties.ts";
import { statusesIn } from "./returns.ts";
import type { MessageSeen, Sighting } from "./sighting.ts";

/** By gateway.md older readings have waited; the rest is for a clock that is a little off. */
const liveForMs = 120_000;
const toleranceMs = 10_000;
/** A device may notice so much later than the broker that its connection is gone, and number messages until then. */
const noticeMs = 60_000;

/**
 * Readings that waited go by hist. A message numbered before the outage keeps its topic however late it comes, so what counts is how old
 * its readings were when it was made; and of messages made while the device was gone, how late they come.
 */
export function judgeOldReadings(seen: readonly Sighting[]): Verdict {
  const fresh = firstSendings(seen);
  const outages = outagesIn(seen);
  const data = fresh.filter(({ lane, position }) => lane === "data" && position !== null);
  for (const one of data) {
    const ageMs = waitedMs(one, outages);
    if (ageMs > liveForMs + toleranceMs) return fail(`a reading on data that had waited ${seconds(ageMs)}`);
  }
  const waited = fresh.filter(({ lane }) => lane === "hist").length;
  return waited > 0 && data.length > 0
    ? pass(`${waited} messages on hist`)
    : notSeen("nothing had waited: pull its network for five minutes");
}

interface Outage {
  readonly from: number;
  readonly to: number;
}

function outagesIn(seen: readonly Sighting[]): Outage[] {
  return statusesIn(seen).flatMap(({ online, isOld, at }, n, all) => {
    const back = all[n + 1];
    return online === false && !isOld && back?.online ? { from: at, to: back.at } : [];
  });
}

/** How long the oldest reading of a message had waited when the message could first have been sent. */
function waitedMs({ at, sent, readings }: MessageSeen, outages: readonly Outage[]): number {
  const oldest = Math.min(...readings.map((reading) => timeOf(reading) || upOf(reading) || sent));
  const outage = outages.find(({ from, to }) => sent > from + noticeMs && sent < to);
  return (outage !== undefined && at >= outage.to ? outage.to : sent) - oldest;
}

function upOf(reading: unknown): number {
  const { up } = (reading ?? {}) as { up?: unknown };
  return typeof up === "number" ? up : 0;
}
