/** Duties that show in how a gateway comes and goes. */
import { type Duty, fail, notSeen, pass, type Verdict } from "./duty.ts";
import { judgeOldReadings } from "./judge-old-readings.ts";
import { firstSendings, messagesIn, seconds, timeOf } from "./message-duties.ts";
import { returnsIn, statusesIn } from "./returns.ts";
import type { Sighting, StatusSeen } from "./sighting.ts";

/** The longest keep-alive that the shipped brokers allow, half as long again. */
const goneAfterMs = 180_000;
const returnMs = 60_000;
const returnsAMinute = 5;
const growingReturns = 3;
/** By gateway.md pauses grow up to 60 s, of which half may be chance. */
const longPauseMs = 30_000;

export const connectionDuties: readonly Duty[] = [
  { id: "status", words: 'says {"online":true}, retained', judge: judgeStatus },
  { id: "last will", words: "its status says so when it is gone", judge: judgeWill },
  { id: "data first", words: "after an outage data first, then hist oldest first", judge: judgeOrder },
  { id: "old readings", words: "readings older than 2 min on hist, not on data", judge: judgeOldReadings },
  { id: "back-off", words: "comes back with growing pauses", judge: judgeReturns },
];

function judgeStatus(seen: readonly Sighting[]): Verdict {
  const all = statusesIn(seen);
  if (all.some(({ online }) => online === null)) return fail("a status without online true or false");
  if (all.some(({ retain }) => !retain)) return fail("a status that is not retained");
  return all.some(({ online }) => online)
    ? pass(`${all.length} times`)
    : notSeen("no status says that it is there");
}

/** A device that is silent much longer than it ever was, while its status still says that it is there, left no will. */
function judgeWill(seen: readonly Sighting[], now: number, keepAliveMs: number): Verdict {
  const all = statusesIn(seen);
  const times = messagesIn(seen).map(({ at }) => at);
  const gaps = times.slice(1).map((at, n) => at - (times[n] ?? at));
  const silentMs = now - (times.at(-1) ?? now);
  const usualMs = Math.max(goneAfterMs, 3 * Math.max(0, ...gaps));
  if (all.at(-1)?.online === true && gaps.length > 1 && silentMs > usualMs)
    return fail(`silent for ${seconds(silentMs)}, and its status still says online`);
  const leastMs = 1.5 * Math.max(keepAliveMs, medianOf(gaps));
  const wills = all.filter((one) => isWill(one, seen, leastMs));
  return wills.length > 0
    ? pass(`${wills.length} times`)
    : notSeen("it was never gone without a goodbye of its own: pull its network for five minutes");
}

/**
 * A will looks like the goodbye of a device that is switched off in order. Where the broker doesn't tell them apart, a will is what
 * comes after a silence of one and a half keep-alives, and longer than the device is ever silent by itself.
 */
function isWill(one: StatusSeen, seen: readonly Sighting[], leastMs: number): boolean {
  if (one.online !== false || one.isOld) return false;
  if (one.isWill !== null) return one.isWill;
  const before = seen.filter(
    (other) => other.at < one.at && (other.kind === "message" || (other.kind === "status" && other.online)),
  );
  const last = before.at(-1);
  return last !== undefined && one.at - last.at >= leastMs;
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function judgeOrder(seen: readonly Sighting[]): Verdict {
  const fresh = firstSendings(seen);
  const returns = returnsIn(seen).map(({ at }) => at);
  const ends = [...returns.slice(1), Number.POSITIVE_INFINITY];
  let good = 0;
  for (const [n, from] of returns.entries()) {
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

/** A device shows it when its connection is taken away again and again, each time within a minute. */
function judgeReturns(seen: readonly Sighting[]): Verdict {
  const all = returnsIn(seen);
  const run = (from: number, count: number) => {
    const own = all.slice(from, from + count);
    return own.length === count && own.slice(0, -1).every(({ heldMs }) => heldMs < returnMs) ? own : [];
  };
  const isGrowing = (own: readonly { awayMs: number }[]) =>
    own.length > 0 &&
    own.slice(1).every(({ awayMs }, n) => awayMs > Math.min(own[n]?.awayMs ?? 0, longPauseMs));
  const hasty = all.findIndex((first, n) => {
    const own = run(n, returnsAMinute);
    return own.length > 0 && (own.at(-1)?.at ?? 0) - first.at <= returnMs && !isGrowing(own);
  });
  if (hasty >= 0) return fail(`came back ${returnsAMinute} times within a minute`);
  return all.some((_, n) => isGrowing(run(n, growingReturns)))
    ? pass(`${growingReturns} returns, each after a longer pause`)
    : notSeen("its connection was not taken over three times, each time as soon as it was back");
}
