/** Duties that show in how messages follow one another, and our receipts and commands. */
import { type Duty, fail, notSeen, pass, type Verdict } from "./duty.ts";
import { messagesIn, seconds } from "./message-duties.ts";
import { type AnswerSeen, isWithin, type Sighting } from "./sighting.ts";

/** What is under way when a receipt or a later message overtakes it. */
const underWayMs = 5_000;
const holeAfterMs = 10_000;
/** 30 s by gateway.md, and as much again for a device that looks now and then. */
const resendWithinMs = 75_000;
const obeyWithinMs = 60_000;

interface Sent {
  readonly boot: number;
  readonly seq: number;
  readonly times: number[];
  readonly hashes: Set<string>;
}

export const sequenceDuties: readonly Duty[] = [
  { id: "sequence", words: "boot and seq without a hole", judge: judgeSequence },
  { id: "same bytes", words: "the same bytes again for the same seq", judge: judgeBytes },
  { id: "resend", words: "sent again when no receipt comes", judge: judgeResend },
  { id: "receipts", words: "not sent again after its receipt", judge: judgeReceipts },
  { id: "commands", words: "named messages sent again on command", isOccasional: true, judge: judgeCommands },
];

function sentIn(seen: readonly Sighting[]): Sent[] {
  const found = new Map<string, Sent>();
  for (const { position, at, hash } of messagesIn(seen)) {
    if (position === null) continue;
    const { boot, seq } = position;
    const one = found.get(`${boot}/${seq}`) ?? { boot, seq, times: [], hashes: new Set<string>() };
    one.times.push(at);
    one.hashes.add(hash);
    found.set(`${boot}/${seq}`, one);
  }
  return [...found.values()];
}

/** A watch begins in the middle of a boot; a boot that begins while we watch begins with 1. */
function judgeSequence(seen: readonly Sighting[], now: number): Verdict {
  const all = sentIn(seen);
  const boots = [...new Set(all.map(({ boot }) => boot))];
  for (const [at, boot] of boots.entries()) {
    const own = all.filter((one) => one.boot === boot);
    const settled = own
      .filter(({ times: [first = now] }) => first <= now - holeAfterMs)
      .map(({ seq }) => seq);
    const numbers = new Set(own.map(({ seq }) => seq));
    const from = at === 0 ? (own[0]?.seq ?? 1) : 1;
    const to = settled.reduce((most, seq) => Math.max(most, seq), 0);
    for (let seq = from; seq <= to; seq += 1)
      if (!numbers.has(seq)) return fail(`boot ${boot}: seq ${seq} is missing, ${to} was sent`);
  }
  return all.length > 1
    ? pass(`${all.length} messages in ${boots.length} boots`)
    : notSeen("fewer than two messages came");
}

function judgeBytes(seen: readonly Sighting[]): Verdict {
  const again = sentIn(seen).filter(({ times }) => times.length > 1);
  const other = again.find(({ hashes }) => hashes.size > 1);
  if (other !== undefined) return fail(`boot ${other.boot}, seq ${other.seq} came with other bytes`);
  return again.length > 0
    ? pass(`${again.length} messages came again`)
    : notSeen("nothing came again: stop the collector for a minute");
}

function answersIn(seen: readonly Sighting[], kind: AnswerSeen["kind"]): AnswerSeen[] {
  return seen.filter((one): one is AnswerSeen => one.kind === kind);
}

/** The first moment at which all of a message was receipted; Infinity when it never was. */
function receiptedAt(receipts: readonly AnswerSeen[], { boot, seq }: Sent): number {
  return (
    receipts.find((one) => one.boot === boot && isWithin(one.ranges, seq))?.at ?? Number.POSITIVE_INFINITY
  );
}

/** Moments at which the gateway's connection ended, by its status. */
function lossesIn(seen: readonly Sighting[]): number[] {
  return seen.flatMap((one) => (one.kind === "status" && one.online === false ? one.at : []));
}

function judgeResend(seen: readonly Sighting[], now: number): Verdict {
  const receipts = answersIn(seen, "receipt");
  const losses = lossesIn(seen);
  let again = 0;
  for (const one of sentIn(seen)) {
    const until = Math.min(receiptedAt(receipts, one), now);
    again += one.times.slice(1).filter((at) => at < until).length;
    for (const [n, from] of one.times.entries()) {
      const to = Math.min(one.times[n + 1] ?? until, until);
      const wasAway = losses.some((at) => at >= from && at <= to);
      if (to - from > resendWithinMs && !wasAway)
        return fail(
          `boot ${one.boot}, seq ${one.seq} had no receipt for ${seconds(to - from)} and was not sent again`,
        );
    }
  }
  return again > 0
    ? pass(`${again} times`)
    : notSeen("every message had its receipt at once: stop the collector for a minute");
}

/** A receipt may miss a gateway that is just away, and a command asks for what was receipted elsewhere. */
function judgeReceipts(seen: readonly Sighting[], now: number): Verdict {
  const receipts = answersIn(seen, "receipt");
  const commands = answersIn(seen, "command");
  const losses = lossesIn(seen);
  let obeyed = 0;
  for (const one of sentIn(seen)) {
    const from = receiptedAt(receipts, one) + underWayMs;
    const late = one.times.find((at) => at > from);
    const between = (at: number) => at >= from - 2 * underWayMs && at <= (late ?? now);
    const wasAsked = commands.some(({ at, boot }) => boot === one.boot && between(at));
    if (late !== undefined && !losses.some(between) && !wasAsked)
      return fail(
        `boot ${one.boot}, seq ${one.seq} came again ${seconds(late - from + underWayMs)} after its receipt`,
      );
    if (late === undefined && from < now) obeyed += 1;
  }
  return obeyed > 0
    ? pass(`${obeyed} messages ended with their receipt`)
    : notSeen("no receipt for a message that we saw");
}

function judgeCommands(seen: readonly Sighting[], now: number): Verdict {
  const all = sentIn(seen);
  const receipts = answersIn(seen, "receipt");
  let obeyed = 0;
  for (const { at, boot, ranges } of answersIn(seen, "command")) {
    const named = all.filter((one) => one.boot === boot && isWithin(ranges, one.seq));
    const again = named.filter(({ times }) => times.some((time) => time > at && time <= at + obeyWithinMs));
    const kept = named.filter(
      (one) => (one.times[0] ?? at) < at && receiptedAt(receipts, one) > at + obeyWithinMs,
    );
    const left = kept.find((one) => !again.includes(one));
    if (left !== undefined && now > at + obeyWithinMs)
      return fail(`seq ${left.seq} was asked for and not sent again`);
    obeyed += again.length;
  }
  return obeyed > 0
    ? pass(`${obeyed} messages sent again`)
    : notSeen("no command, or none for messages that we saw");
}
