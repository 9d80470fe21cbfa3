/** Duties that show in each message by itself. */
import { type Duty, fail, notSeen, pass, type Verdict } from "./duty.ts";
import type { MessageSeen, Sighting } from "./sighting.ts";

const readingsMax = 60;
const skewMaxMs = 120_000;
const futureMaxMs = 300_000;
/** Smaller values of `sent` count ms since start. */
const epochFromMs = 1_000_000_000_000;

export const messagesIn = (seen: readonly Sighting[]): MessageSeen[] =>
  seen.filter((one): one is MessageSeen => one.kind === "message");

/** Every message seen for the first time, in the order of arrival. */
export function firstSendings(seen: readonly Sighting[]): MessageSeen[] {
  const known = new Set<string>();
  return messagesIn(seen).filter(({ position, hash }) => {
    const name = position === null ? hash : `${position.boot}/${position.seq}`;
    const isNew = !known.has(name);
    known.add(name);
    return isNew;
  });
}

/** Passes when there are messages and none of them has a fault. */
function everyMessage(fault: (message: MessageSeen) => string | null) {
  return (seen: readonly Sighting[]): Verdict => {
    const messages = messagesIn(seen);
    const faults = messages.flatMap((message) => fault(message) ?? []);
    if (faults[0] !== undefined) return fail(`${faults.length} of ${messages.length} messages; ${faults[0]}`);
    return messages.length > 0 ? pass(`${messages.length} messages`) : notSeen("no message came");
  };
}

export const messageDuties: readonly Duty[] = [
  {
    id: "shape",
    words: "messages as gateway.md describes them",
    judge: everyMessage((one) => one.shapeFault),
  },
  {
    id: "signature",
    words: "signed with the enrolled key, for their topic",
    judge: judgeSignatures,
  },
  {
    id: "qos",
    words: "published at quality of service 1",
    judge: everyMessage(({ qos }) => (qos === 0 ? "quality of service 0" : null)),
  },
  {
    id: "retain",
    words: "no reading retained",
    judge: everyMessage(({ retain, lane }) => (retain ? `retained on ${lane}` : null)),
  },
  {
    id: "readings",
    words: "1 to 60 readings in a message of data",
    judge: everyMessage(({ lane, readings: { length } }) =>
      lane === "data" && length > readingsMax ? `${length} readings` : null,
    ),
  },
  { id: "clock", words: "its clock within 2 min, no reading in the future", judge: judgeClock },
];

function judgeSignatures(seen: readonly Sighting[]): Verdict {
  const isNowhere = messagesIn(seen).every((one) => !one.isSigned && one.signatureFault === null);
  if (isNowhere) return notSeen("no message is signed, and no --key was given");
  return everyMessage((one) => one.signatureFault)(seen);
}

function judgeClock(seen: readonly Sighting[]): Verdict {
  const live = firstSendings(seen).filter(({ lane, position }) => lane === "data" && position !== null);
  const ahead = live
    .flatMap(({ at, readings }) => readings.flatMap((one) => timeOf(one) - at))
    .filter((ms) => ms > futureMaxMs);
  if (ahead[0] !== undefined) return fail(`a reading lies ${seconds(ahead[0])} in the future`);
  const skews = live.filter(({ sent }) => sent >= epochFromMs).map(({ at, sent }) => sent - at);
  if (live.length > 0 && skews.length === 0) return pass("it has no clock and says so with up");
  const median = skews.sort((a, b) => a - b)[Math.floor(skews.length / 2)];
  if (median === undefined) return notSeen("no message came on data");
  const told = `its clock is ${seconds(Math.abs(median))} ${median < 0 ? "behind (or the way is long)" : "ahead"}`;
  return Math.abs(median) > skewMaxMs ? fail(told) : pass(told);
}

export function timeOf(reading: unknown): number {
  const { ts } = (reading ?? {}) as { ts?: unknown };
  return typeof ts === "number" ? ts : 0;
}

export const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
