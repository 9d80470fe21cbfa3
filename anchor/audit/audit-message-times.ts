import type { SealedRange } from "#domain/log/range-roots.ts";
import type { InboxMessage } from "#store/inbox.ts";
import { type Finding, timeText } from "./finding.ts";

/** What a `heads` entry seals of messages, and the times between which they came by it; the first one knows no `after`. */
export interface TimedRange extends SealedRange {
  readonly after: number | null;
  readonly until: number;
}

/** A message waits for its commit, and clocks of several machines differ. */
const slackMs = 15 * 60_000;

/**
 * Holds the times at which messages say they came against the `heads` entries before and after them: no hash covers such a time, and
 * one that was put back would make a late reading a timely one.
 */
export class MessageTimes {
  readonly #ranges: readonly TimedRange[];
  #at = 0;

  constructor(ranges: readonly TimedRange[]) {
    this.#ranges = ranges.toSorted((a, b) => a.from - b.from);
  }

  /** Looks at the next messages, in order of their ids. */
  look(messages: readonly Pick<InboxMessage, "id" | "receivedAt">[]): Finding[] {
    return messages.flatMap(({ id, receivedAt }): Finding[] => {
      const range = this.#rangeOf(id);
      if (range === null) return [];
      const { after, until } = range;
      if (receivedAt >= (after ?? Number.NEGATIVE_INFINITY) - slackMs && receivedAt <= until + slackMs)
        return [];
      const sealed = `${after === null ? "before" : `between ${timeText(after)} and`} ${timeText(until)}`;
      const detail = `message ${id} says that it came at ${timeText(receivedAt)}, and was sealed ${sealed}`;
      return [{ kind: "INBOX_CHANGED", equipment: null, window: null, detail }];
    });
  }

  #rangeOf(id: number): TimedRange | null {
    while ((this.#ranges[this.#at]?.to ?? id) < id) this.#at += 1;
    const range = this.#ranges[this.#at];
    return range !== undefined && range.from <= id ? range : null;
  }
}
