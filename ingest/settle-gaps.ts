import type { Tx } from "#store/connect.ts";
import { type Finding, recordFindings } from "#store/findings.ts";
import { nextCommand } from "#store/gateway-commands.ts";
import { findTracked } from "#store/gateway-messages.ts";
import {
  equipmentBehind,
  fillGaps,
  type HoledBoot,
  holedBoots,
  keepGaps,
  openGaps,
  type SequenceGap,
} from "#store/sequence-gaps.ts";
import type { SequenceKey } from "#store/tracked-message.ts";
import type { ResendCommand } from "./command.ts";
import { findHoles, type SeqRange, within, without } from "./find-holes.ts";

/** When a hole counts as a gap, and how soon after another a gateway may be asked again; `now` in epoch ms. */
export interface GapTerms {
  readonly now: number;
  readonly gapAfterMs: number;
  readonly commandPauseMs: number;
}

/** A command to send, its counter kept. */
export interface DueCommand extends ResendCommand {
  readonly gateway: string;
}

interface Missing {
  readonly boot: HoledBoot;
  readonly ranges: readonly SeqRange[];
}

const bootsAPage = 200;
/** New gaps of one boot at once; more come when these are kept. */
const gapsAtOnce = 100;

/**
 * Finds the holes of a page of boots that are older than `gapAfterMs`, closes gaps that are filled, tells both as findings
 * on the equipment behind the gateway, and takes the counters of the commands that ask for what is missing. A hole is as
 * old as the message after it. `found` says how many gaps are new.
 */
export async function settleGaps(
  tx: Tx,
  after: HoledBoot | null,
  terms: GapTerms,
): Promise<{ last: HoledBoot | null; found: number; commands: DueCommand[] }> {
  const boots = await holedBoots(tx, { limit: bootsAPage, after });
  const open = Map.groupBy(await openGaps(tx, boots), keyOf);
  const gapsOf = (boot: HoledBoot) => open.get(keyOf(boot)) ?? [];
  const closed = boots.flatMap((boot) =>
    gapsOf(boot).filter((gap) => within(findHoles(boot), [rangeOf(gap)]).length === 0),
  );
  const found = await findDue(tx, boots, gapsOf, terms);
  await tell(tx, "SEQ_GAP", found, terms.now);
  await tell(tx, "SEQ_GAP_FILLED", await fillGaps(tx, closed, terms.now), terms.now);
  const foundIn = Map.groupBy(found, keyOf);
  const missing = boots.map((boot) => {
    const told = [...gapsOf(boot), ...(foundIn.get(keyOf(boot)) ?? [])].map(rangeOf);
    return { boot, ranges: within(findHoles(boot), told) };
  });
  const last = boots.length < bootsAPage ? null : (boots.at(-1) ?? null);
  return { last, found: found.length, commands: await planCommands(tx, missing, terms) };
}

async function findDue(
  tx: Tx,
  boots: readonly HoledBoot[],
  gapsOf: (boot: HoledBoot) => readonly SequenceGap[],
  { now, gapAfterMs }: GapTerms,
): Promise<SequenceGap[]> {
  const fresh = boots.flatMap((boot) =>
    without(findHoles(boot), gapsOf(boot).map(rangeOf))
      .slice(0, gapsAtOnce)
      .map((range) => ({ boot, range })),
  );
  const seqKey = ({ tenantId, gatewayId, boot }: HoledBoot, seq: number): SequenceKey => {
    return { tenantId, gatewayId, boot, seq };
  };
  const around = fresh.flatMap(({ boot, range: [from, to] }) => [
    seqKey(boot, from - 1),
    seqKey(boot, to + 1),
  ]);
  const rows = await findTracked(tx, around);
  const cameAt = new Map(rows.map((row) => [`${keyOf(row)}/${row.seq}`, row.receivedAt]));
  const gaps = fresh.map(({ boot, range: [fromSeq, toSeq] }) => {
    const at = (seq: number) => cameAt.get(`${keyOf(boot)}/${seq}`);
    const { tenantId, gatewayId, boot: number } = boot;
    const [afterMs, beforeMs] = [at(fromSeq - 1) ?? null, at(toSeq + 1) ?? boot.lastReceivedAt];
    const gap = { tenantId, gatewayId, boot: number, fromSeq, toSeq, afterMs, beforeMs };
    return { ...gap, foundAt: now, filledAt: null };
  });
  return await keepGaps(
    tx,
    gaps.filter(({ beforeMs }) => beforeMs + gapAfterMs <= now),
  );
}

/** One finding on each equipment behind the gateway; on the gateway itself where no sensor hangs on it. */
async function tell(
  tx: Tx,
  kind: "SEQ_GAP" | "SEQ_GAP_FILLED",
  gaps: readonly SequenceGap[],
  now: number,
): Promise<void> {
  const equipment = await equipmentBehind(tx, gaps);
  const found = gaps.flatMap((gap): Finding[] => {
    const { tenantId: tenant, gatewayId: gateway, boot, fromSeq, toSeq, afterMs, beforeMs, foundAt } = gap;
    const detail = { gateway, boot, from: fromSeq, to: toSeq, afterMs, beforeMs, foundAt };
    const subjects = equipment.get(`${tenant}/${gateway}`) ?? [gateway];
    return subjects.map((subject) => ({ tenant, kind, subject, detail }));
  });
  await recordFindings(tx, found, now);
}

/** At most one command to each gateway that can obey: for its newest boot first, then by turns for older ones. */
async function planCommands(
  tx: Tx,
  missing: readonly Missing[],
  { now, commandPauseMs: pauseMs }: GapTerms,
): Promise<DueCommand[]> {
  const asked = missing.filter(
    ({ boot, ranges }) => ranges.length > 0 && boot.kind === "native" && boot.revokedAt === null,
  );
  const commands: DueCommand[] = [];
  for (const own of Map.groupBy(asked, ({ boot }) => `${boot.tenantId}/${boot.gatewayId}`).values()) {
    const gateway = own[0]?.boot;
    if (gateway === undefined) continue;
    const counter = await nextCommand(tx, gateway, { now, pauseMs });
    if (counter === null) continue;
    const newestFirst = own.toSorted((a, b) => b.boot.boot - a.boot.boot);
    const turn = newestFirst[(counter - 1) % newestFirst.length];
    if (turn === undefined) continue;
    const { boot, ranges } = turn;
    commands.push({ gateway: boot.gatewayId, counter, time: now, boot: boot.boot, ranges });
  }
  return commands;
}

function rangeOf({ fromSeq, toSeq }: SequenceGap): SeqRange {
  return [fromSeq, toSeq];
}

function keyOf({ tenantId, gatewayId, boot }: Pick<SequenceGap, "tenantId" | "gatewayId" | "boot">): string {
  return `${tenantId}/${gatewayId}/${boot}`;
}
