import { type CheckedEquipment, queuedWindows } from "#store/audited.ts";
import type { Store } from "#store/connect.ts";
import { readWindows, type Window } from "#store/windows.ts";
import { equipmentSubject } from "../equipment-rosters.ts";
import { type Finding, timeText } from "./finding.ts";
import { type SealingPatience, slackMs } from "./sealing-patience.ts";
import type { TimedReadings } from "./timed-readings.ts";

/** Windows that wait to be sealed again: those that still may, by their start, and what there is to tell of the others. */
export interface WaitingWindows {
  readonly starts: ReadonlySet<number>;
  readonly findings: readonly Finding[];
}

/** A window that isn't sealed as it is, and since when. */
interface Waiting {
  readonly start: number;
  readonly since: number;
}

/**
 * The windows of an equipment (by its `name` in findings) in a time that wait to be sealed again. One that waits for longer than
 * sealing may take is told, and hides nothing: whoever changes readings could mark it, too.
 */
export async function waitingWindows(
  store: Store,
  place: CheckedEquipment & { readonly name: string; readonly from: number; readonly to: number },
  { rows, patience }: { readonly rows: TimedReadings; readonly patience: SealingPatience },
): Promise<WaitingWindows> {
  const span = { tenantId: place.tenantId, equipmentId: place.id, from: place.from, to: place.to };
  const waiting = await store.as({ role: "worker" }, async (tx) => {
    const marked = (await readWindows(tx, span)).filter(({ dirty, versions }) => dirty || versions < 0);
    const queued = await queuedWindows(tx, equipmentSubject(place.label));
    return [...marked.map((window) => markedSince(window, place, rows)), ...queued];
  });
  const { now, sealGraceMs } = patience;
  const patienceMs = sealGraceMs + slackMs;
  const isInTime = ({ since }: Waiting) => Math.abs(now - since) <= patienceMs;
  const late = new Map(waiting.filter((one) => !isInTime(one)).map((one) => [one.start, one]));
  const inTime = waiting.filter(({ start }) => !late.has(start));
  const inSpan = [...late.values()].filter(({ start }) => start >= place.from && start < place.to);
  return {
    starts: new Set(inTime.map(({ start }) => start)),
    findings: inSpan.map((one) => notSealed(place.name, one, now)),
  };
}

/** A mark has no time: what it is for came with the window's newest reading, and nothing is sealed before it falls due. */
function markedSince(
  window: Window,
  { acceptedAt }: Pick<CheckedEquipment, "acceptedAt">,
  rows: TimedReadings,
): Waiting {
  const received = rows.within(window).map(({ receivedAt }) => receivedAt);
  const since = Math.max(window.toMs, acceptedAt, window.sealedAt ?? 0, ...received);
  return { start: window.fromMs, since };
}

function notSealed(equipment: string, { start, since }: Waiting, now: number): Finding {
  const when = since <= now ? `since ${timeText(since)}` : "by readings that came later than now";
  const detail = `the window of ${timeText(start)} waits to be sealed again, ${when}`;
  return { kind: "NOT_SEALED", equipment, window: start, detail };
}
