/** Duties that show in how a gateway comes and goes. */
import { type Duty, fail, notSeen, pass, type Verdict } from "./duty.ts";
import { firstSendings, messagesIn, seconds, timeOf } from "./message-duties.ts";
import type { Sighting, StatusSeen } from "./sighting.ts";

/** The longest keep-alive that the shipped brokers allow, half as long again. */
const goneAfterMs = 180_000;
const returnMs = 60_000;
const returnsAMinute = 5;

export const connectionDuties: readonly Duty[] = [
  { id: "status", words: 'says {"online":true}, retained', judge: judgeStatus },
  { id: "last will", words: "its status says so when it is gone", judge: judgeWill },
  { id: "data first", words: "after an outage data first, then hist oldest first", judge: judgeOrder },
  { id: "back-off", words: "comes back with growing pauses", judge: judgeReturns },
];

function statusesIn(seen: readonly Sighting[]): StatusSeen[] {
  return seen.filter((one): one is StatusSeen => one.kind === "status");
}

function judgeStatus(seen: readonly Sighting[]): Verdict {
  const all = statusesIn(seen);
  if (all.some(({ online }) => online === null)) return fail("a status without online true or false");
  if (all.some(({ retain }) => !retain)) return fail("a status that is not retained");
  return all.some(({ online }) => online)
    ? pass(`${all.length} times`)
    : notSeen("no status says that it is there");
}

/** A device that is silent much longer than it ever was, while its status still says that it is there, left no will. */
function judgeWill(seen: readonly Sighting[], now: number): Verdict {
  const all = statusesIn(seen);
  const times = messagesIn(seen).map(({ at }) => at);
  const gaps = times.slice(1).map((at, n) => at - (times[n] ?? at));
  const silentMs = now - (times.at(-1) ?? now);
  const usualMs = Math.max(goneAfterMs, 3 * Math.max(0, ...gaps));
  if (all.at(-1)?.online === true && gaps.length > 1 && silentMs > usualMs)
    return fail(`silent for ${seconds(silentMs)}, and its status still says online`);
  const said = all.filter(({ online, isOld }) => online === false && !isOld).length;
  return said > 0 ? pass(`${said} times`) : notSeen("it was always there: pull its network for five minutes");
}

/** Moments of return: online after it was said to be gone. */
function returnsIn(seen: readonly Sighting[]): number[] {
  return statusesIn(seen).flatMap(({ online, at }, n, all) =>
    online && all[n - 1]?.online === false ? at : [],
  );
}

function judgeOrder(seen: readonly Sighting[]): Verdict {
  const fresh = firstSendings(seen);
  const ends = [...returnsIn(seen).slice(1), Number.POSITIVE_INFINITY];
  let good = 0;
  for (const [n, from] of returnsIn(seen).entries()) {
    const after = fresh.filter(({ at }) => at >= from && at < (ends[n] ?? 0));
    const data = after.find(({ lane }) => lane === "data");
    const hist = after.filter(({ lane }) => lane === "hist");
    if (data === undefined || hist[0] === undefined) continue;
    if (after.indexOf(hist[0]) < after.indexOf(data) && data.at - hist[0].at <= returnMs)
      return fail("hist came before data");
    const times = hist.map(({ readings }) => timeOf(readings[0]));
    if (times.some((ts, at) => at > 0 && ts < (times[at - 1] ?? 0)))
      return fail("hist did not come oldest first");
    good += 1;
  }
  return good > 0
    ? pass(`${good} times`)
    : notSeen("no return with data and hist: pull its network for five minutes");
}

function judgeReturns(seen: readonly Sighting[]): Verdict {
  const returns = returnsIn(seen);
  const isHasty = returns.some(
    (at, n) => (returns[n + returnsAMinute - 1] ?? Number.POSITIVE_INFINITY) - at <= returnMs,
  );
  if (isHasty) return fail(`came back ${returnsAMinute} times within a minute`);
  return returns.length > 0
    ? pass(`${returns.length} returns`)
    : notSeen("it never went: pull its network for five minutes");
}
