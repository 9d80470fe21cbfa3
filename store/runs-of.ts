import type { TrackedMessage } from "./tracked-message.ts";

/** A row of `gateway_runs` takes at most so many messages: it stays below 2 kB, from where PostgreSQL would move it aside. */
export const messagesPerRun = 32;
/** The inbox ids of a run lie in a span of so many, so that a message's run is found by its id. */
export const idsPerRun = 4_096;

/** Messages of one boot and key whose numbers follow one another, in order of seq. */
export type Run = readonly [TrackedMessage, ...TrackedMessage[]];

/** The runs that messages of one boot make up. */
export function runsOf(messages: readonly TrackedMessage[]): Run[] {
  const runs: [TrackedMessage, ...TrackedMessage[]][] = [];
  let current: [TrackedMessage, ...TrackedMessage[]] | null = null;
  let [least, most] = [0, 0];
  for (const message of inOrder(messages)) {
    const { inboxId } = message;
    const [from, to] = [Math.min(least, inboxId), Math.max(most, inboxId)];
    if (current !== null && follows(current, message) && to - from < idsPerRun) {
      current.push(message);
      [least, most] = [from, to];
    } else {
      current = [message];
      runs.push(current);
      [least, most] = [inboxId, inboxId];
    }
  }
  return runs;
}

function follows(run: Run, { seq, kid }: TrackedMessage): boolean {
  return run.length < messagesPerRun && seq === run[0].seq + run.length && kid === run[0].kid;
}

/** Mostly they came in order. */
function inOrder(messages: readonly TrackedMessage[]): readonly TrackedMessage[] {
  const isSorted = messages.every(({ seq }, at) => at === 0 || seq > (messages[at - 1]?.seq ?? 0));
  return isSorted ? messages : messages.toSorted((a, b) => a.seq - b.seq);
}
