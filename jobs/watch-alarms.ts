import { silentAfterMs } from "#domain/coldchain/equipment-state.ts";
import {
  holdAlarmWatch,
  insertAlarms,
  newestOpening,
  oldestUnprojected,
  placesChangedAfter,
  placesUnderWatch,
  readAlarmsAt,
  readExcursionsAt,
  readLastingConditionAlarms,
  readRuleSets,
  readTroubledPoints,
  type TouchedPlace,
  updateAlarms,
} from "#store/alarm-watch.ts";
import type { Store, Tx } from "#store/connect.ts";
import { type AlarmPlan, planConditionAlarms, planExcursionAlarms } from "./plan-alarms.ts";

/** An excursion may become visible so long after the time it is noted to have changed at. */
const overlapMs = 600_000;
/** So long after its end an alarm that nobody acknowledged still follows excursions that were taken away. */
const followMs = 86_400_000;
const placesAtOnce = 5_000;
/** A message that waits longer for the projector may be what breaks a silence. */
const waitMaxMs = 60_000;

/**
 * One pass after the other over what happened since the last one. Which excursions were seen is told by the alarms
 * themselves, so that a pass after a kill begins where the last one that was kept ended. Silence is called only by who
 * listened for as long: not just after a start, nor while messages wait to be read.
 */
export class AlarmWatch {
  readonly #store: Store;
  readonly #clock: () => number;
  readonly #startedAt: number;
  /** What changed of excursions up to here is in their alarms; null before the first pass. */
  #seenTo: number | null = null;

  constructor(parts: { store: Store; clock: () => number; startedAt: number }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#startedAt = parts.startedAt;
  }

  /** Opens, moves and clears alarms in one short transaction; nothing while another process does. */
  async pass(): Promise<void> {
    const now = this.#clock();
    this.#seenTo = await this.#store.as({ role: "worker" }, async (tx) => {
      if (!(await holdAlarmWatch(tx))) return null;
      const after = this.#seenTo ?? (await newestOpening(tx)) - overlapMs;
      const touched = await placesChangedAfter(tx, after, placesAtOnce);
      await keep(tx, await planExcursions(tx, touched, now));
      await keep(tx, await planConditions(tx, now, now - this.#startedAt));
      return touched.length < placesAtOnce ? now - overlapMs : (touched.at(-1)?.changedAt ?? after);
    });
  }
}

async function planExcursions(tx: Tx, touched: readonly TouchedPlace[], now: number): Promise<AlarmPlan> {
  const places = earliestOfEach([...touched, ...(await placesUnderWatch(tx, now - followMs))]);
  const rows = await readExcursionsAt(tx, places);
  // A row may reach further back than what was touched, and the alarms of its beginning must be seen.
  return planExcursionAlarms(rows, await readAlarmsAt(tx, earliestOfEach([...places, ...rows])), now);
}

function earliestOfEach(touched: readonly TouchedPlace[]): TouchedPlace[] {
  const places = new Map<string, TouchedPlace>();
  for (const { tenantId, equipmentId, fromTs } of touched) {
    const key = `${tenantId}/${equipmentId}`;
    const known = places.get(key)?.fromTs ?? fromTs;
    places.set(key, { tenantId, equipmentId, fromTs: Math.min(known, fromTs) });
  }
  return [...places.values()];
}

async function planConditions(tx: Tx, now: number, upMs: number): Promise<AlarmPlan> {
  const rules = (await readRuleSets(tx)).map((rule) => ({
    ...rule,
    silentAfterMs: silentAfterMs(rule.profile, rule.profileVersion, rule.scope),
  }));
  const isRead = now - ((await oldestUnprojected(tx)) ?? now) <= waitMaxMs;
  return planConditionAlarms(
    await readTroubledPoints(tx, rules, now),
    await readLastingConditionAlarms(tx),
    now,
    (silentMs) => isRead && upMs >= silentMs,
  );
}

async function keep(tx: Tx, { open, change }: AlarmPlan): Promise<void> {
  await updateAlarms(tx, change);
  await insertAlarms(tx, open);
}
