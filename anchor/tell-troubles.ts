import { keepLogAlarms, type LogAlarmKind, type LogTroubles } from "#store/log-alarms.ts";
import type { ChainStatus } from "./chain-status.ts";
import type { Funds } from "./read-funds.ts";
import type { AnchorContext } from "./settings.ts";

/** What the chain's side of anchoring knows of itself. */
interface Known {
  readonly status: { readonly chain: ChainStatus; readonly detail: string | null };
  /** Since when no round came through (epoch ms); null unless the status is `down`. */
  readonly downSince: number | null;
  readonly funds: Funds | null;
  /** Whether the chain is our own, where nobody's money runs out. */
  readonly isOwnChain: boolean;
  /** What differs between the second place and the records; `isWhole` once all of it was seen, and nothing does. */
  readonly copy: { readonly trouble: string | null; readonly isWhole: boolean };
}

/** How long rounds may fail before somebody is called: endpoints are away for minutes now and then. */
const downAlarmAfterMs = 15 * 60_000;

const alarmOf = { fork: "log-fork", disagree: "log-disagree", costly: "log-costly" } as const;
/**
 * What a status shows to be over. A chain that can't be asked shows nothing; only whole rounds find no fork. Where there is no
 * chain any more, nothing costs too much and no endpoints disagree.
 */
const overAt: Readonly<Partial<Record<ChainStatus, readonly LogAlarmKind[]>>> = {
  up: ["log-fork", "log-disagree", "log-costly", "log-down"],
  costly: ["log-fork", "log-disagree", "log-down"],
  disagree: ["log-down"],
  absent: ["log-disagree", "log-costly", "log-down"],
};

/** Makes what is wrong with the log alarms of whoever runs it, through the records: who pages may be another process. */
export async function tellTroubles(
  { store, clock, config }: Pick<AnchorContext, "store" | "clock" | "config">,
  known: Known,
): Promise<void> {
  const about = { origin: config.logOrigin, now: clock() };
  await store.as({ role: "worker" }, (tx) => keepLogAlarms(tx, troublesOf(known, about.now), about));
}

/** What is wrong by what anchoring knows of itself at `now` (epoch ms), and what is over; of the rest nothing is known now. */
export function troublesOf(known: Known, now: number): LogTroubles {
  const { funds, isOwnChain, copy } = known;
  const { chain, detail } = known.status;
  const isTrouble = chain === "fork" || chain === "disagree" || chain === "costly";
  const isLow = isOwnChain ? false : (funds?.isLow ?? null);
  return {
    lasting: [
      ...(isTrouble ? [{ kind: alarmOf[chain], detail }] : []),
      ...lastingDown(known, now),
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

/** A chain that nothing reached for long; since the first round that failed. */
function lastingDown({ status, downSince }: Known, now: number): LogTroubles["lasting"] {
  if (downSince === null || now - downSince < downAlarmAfterMs) return [];
  return [{ kind: "log-down", detail: status.detail, since: downSince }];
}

function wordsOf(funds: Funds | null): string | null {
  return funds === null ? null : `${funds.balanceWei} wei, ${funds.daysLeft ?? "?"} days`;
}
