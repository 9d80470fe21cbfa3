import type { Logger } from "pino";
import { type Beat, every } from "#services/every.ts";
import type { Store } from "#store/connect.ts";
import type { HoledBoot } from "#store/sequence-gaps.ts";
import { makeCommand } from "./command.ts";
import type { ReceiptKey } from "./receipt.ts";
import { type DueCommand, settleGaps } from "./settle-gaps.ts";

/** What the watch over sequence numbers works with. */
export interface GapWatchParts {
  readonly store: Store;
  /** The key of the receipts, which signs commands too. */
  readonly key: ReceiptKey;
  readonly publish: (topic: string, payload: Uint8Array) => Promise<void>;
  /** Epoch ms. */
  readonly clock: () => number;
  readonly log: Logger;
  /** Only the process that reads the inbox on looks. */
  readonly leads: () => boolean;
  /** A hole that is older is a gap. */
  readonly gapAfterMs: number;
  /** The least time between two commands to one gateway. */
  readonly commandPauseMs?: number;
  /** Hears how many gaps a look found. */
  readonly onFound?: (gaps: number) => void;
}

const commandPauseMs = 5 * 60_000;
const beatMs = { least: 100, most: 15_000 };
const looksPerGap = 10;

/**
 * Watches the sequence numbers of all gateways: a hole older than `gapAfterMs` becomes a finding, its range is asked for by
 * a signed command, and a finding says when it is filled. Two processes that do so for a moment do no harm.
 */
export function startGapWatch(parts: GapWatchParts): Beat {
  const pauseMs = Math.min(Math.max(parts.gapAfterMs / looksPerGap, beatMs.least), beatMs.most);
  return every(pauseMs, async () => {
    if (!parts.leads()) return;
    try {
      await look(parts);
    } catch (error) {
      parts.log.warn({ err: error }, "gaps in sequence numbers can't be looked for now");
    }
  });
}

async function look(parts: GapWatchParts): Promise<void> {
  const { store, clock, gapAfterMs } = parts;
  const terms = () => ({ now: clock(), gapAfterMs, commandPauseMs: parts.commandPauseMs ?? commandPauseMs });
  const settleFrom = (after: HoledBoot | null) =>
    store.as({ role: "worker" }, (tx) => settleGaps(tx, after, terms()));
  for (let after: HoledBoot | null = null, isMore = true; isMore; isMore = after !== null) {
    const page: Awaited<ReturnType<typeof settleFrom>> = await settleFrom(after);
    parts.onFound?.(page.found);
    for (const command of page.commands) await send(parts, command);
    after = page.last;
  }
}

/** A command that can't be sent now is made anew after its pause, under the next counter. */
async function send({ key, publish, log }: GapWatchParts, command: DueCommand): Promise<void> {
  const { gateway, counter, boot } = command;
  const { topic, payload } = makeCommand(gateway, command, key);
  await publish(topic, payload).then(
    () => log.info({ gateway, boot, counter }, "asked for messages that are missing"),
    (error: unknown) => log.warn({ gateway, boot, counter, err: error }, "a command could not be sent"),
  );
}
