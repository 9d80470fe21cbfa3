import type { EventBody } from "./bodies.ts";
import { countsFrom, stretchTailMs } from "./policy.ts";

/** When a story ends (epoch ms); `isDoubtful` where the pack may have lain on where it was for longer than can be told. */
export interface Sale {
  readonly at: number;
  readonly isDoubtful: boolean;
}

/**
 * The pack's hand-over to a patient, null while it is in trade; nothing after that is told. A sale told late counts from
 * when it was told, so that a back-dated one hides no warm hours; told more than 72 h late it leaves the end in doubt.
 */
export function saleOf(events: readonly EventBody[]): Sale | null {
  const sale = events.find((event) => event.step === "dispensing" && event.corrects === undefined);
  if (sale === undefined) return null;
  const counts = countsFrom({ at: sale.at, accepted: sale.accepted, offline: sale.by.offline });
  const isDoubtful = counts - sale.at > stretchTailMs;
  return { at: isDoubtful ? sale.at : counts, isDoubtful };
}
