import type { MessageReadings } from "./audit-messages.ts";
import type { AuditedPage } from "./audit-stream.ts";
import { type Finding, timeText } from "./finding.ts";

/** Which readings are counted: of a time (`from` ≤ ts < `to`), of messages up to an inbox id. */
interface Counted {
  readonly from: number;
  readonly to: number;
  readonly upTo: number;
}

const dayMs = 86_400_000;

/** Counts the readings in an equipment's sealed windows by UTC day, to find days on which no message gave as many. */
export class DayCounts {
  readonly #counted: Counted;
  readonly #counts = new Map<number, number>();
  readonly #unsure = new Set<number>();

  constructor(counted: Counted) {
    this.#counted = counted;
  }

  /** Counts the next windows; what lies in one that waits to be sealed again is still on its way. */
  add({ windows, rows, waiting }: AuditedPage): void {
    const { from, to, upTo } = this.#counted;
    for (const start of waiting) this.#unsure.add(Math.floor(start / dayMs));
    const isSealed = (ts: number) => windows.some(({ fromMs, toMs }) => fromMs <= ts && ts < toMs);
    for (const { ts, inboxId } of rows) {
      if (ts < from || ts >= to || inboxId > upTo || !isSealed(ts)) continue;
      const day = Math.floor(ts / dayMs);
      this.#counts.set(day, (this.#counts.get(day) ?? 0) + 1);
    }
  }

  /** The days of the equipment (`tenant/id`) that have more readings than messages gave. */
  above(equipment: string, given: Pick<MessageReadings, "countOf">): Finding[] {
    return [...this.#counts].flatMap(([day, has]): Finding[] => {
      const gave = given.countOf(equipment, day);
      if (has <= gave || this.#unsure.has(day)) return [];
      const date = timeText(day * dayMs).slice(0, 10);
      const detail = `the store has ${has} sealed readings of ${date}, messages gave ${gave}`;
      return [{ kind: "READING_ADDED", equipment, window: null, detail }];
    });
  }
}
