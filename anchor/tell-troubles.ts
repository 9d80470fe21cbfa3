import { keepLogAlarms, type LogAlarmKind, type LogTroubles } from "#store/log-alarms.ts";
import type { ChainStatus } from "./chain-status.ts";
import type { Funds } from "./read-funds.ts";
import type { AnchorContext } from "./settings.ts";

/** What the chain's side of anchoring knows of itself. */
interface Known {
  readonly status: { readonly chain: ChainStatus; readonly detail: string | null };
  readonly funds: Funds | null;
  /** Whether the chain is our own, where nobody's money runs out. */
  readonly isOwnChain: boolean;
  /** What differs between the second place and the records; `isWhole` once all of it was seen, and nothing does. */
  readonly copy: { readonly trouble: string | null; readonly isWhole: boolean };
}

const alarmOf = { fork: "log-fork", disagree: "log-disagree", costly: "log-costly" } as const;
/**
 * What a status shows to be over. A chain that can't be asked shows nothing; only whole rounds find no fork. Where there is no
 * chain any more, nothing costs too much and no endpoints disagree.
 */
const overAt: Readonly<Partial<Record<ChainStatus, readonly LogAlarmKind[]>>> = {
  up: ["log-fork", "log-disagree", "log-costly"],
  costly: ["log-fork", "log-disagree"],
  absent: ["log-disagree", "log-costly"],
};

/** Makes what is wrong with the log alarms of whoever runs it, through the records: who pages may be another process. */
export async function tellTroubles(
  { store, clock, config }: Pick<AnchorContext, "store" | "clock" | "config">,
  known: Known,
): Promise<void> {
  const about = { origin: config.logOrigin, now: clock() };
  await store.as({ role: "worker" }, (tx) => keepLogAlarms(tx, troublesOf(known), about));
}

/** What is wrong by what anchoring knows of itself, and what is over; of the rest nothing is known now. */
export function troublesOf({ status: { chain, detail }, funds, isOwnChain, copy }: Known): LogTroubles {
  const isTrouble = chain === "fork" || chain === "disagree" || chain === "costly";
  const isLow = isOwnChain ? false : (funds?.isLow ?? null);
  return {
    lasting: [
      ...(isTrouble ? [{ kind: alarmOf[chain], detail }] : []),
      ...(copy.trouble === null ? [] : [{ kind: "log-copy" as const, detail: copy.trouble }]),
      ...(isLow === true ? [{ kind: "log-funds" as const, detail: wordsOf(funds) }] : []),
    ],
    over: [
      ...(overAt[chain] ?? []),
      ...(copy.isWhole ? ["log-copy" as const] : []),
      ...(isLow === false ? ["log-funds" as const] : []),
    ],
  };
}

function wordsOf(funds: Funds | null): string | null {
  return funds === null ? null : `${funds.balanceWei} wei, ${funds.daysLeft ?? "?"} days`;
}
