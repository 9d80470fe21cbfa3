import type { Tx } from "#store/connect.ts";
import { waitingAbove } from "#store/inbox.ts";
import { queueEntries } from "#store/pending-entries.ts";
import {
  claimWindows,
  holdProjector,
  markSealed,
  readEquipmentState,
  readSealedEquipment,
  readUnsealedWindows,
  type SealedEquipment,
  type Window,
} from "#store/windows.ts";
import { type Composed, composeWindows, type SealedWindow } from "./compose-windows.ts";
import { dueWindows, nextDueAt } from "./due-windows.ts";
import { type RosteredEquipment, withRosters } from "./equipment-rosters.ts";
import { PutOff } from "./put-off.ts";
import { SayOnce } from "./say-once.ts";
import type { AnchorContext } from "./settings.ts";

const windowsPerTick = 500;
/** How long windows wait for a projector that is behind, before they are sealed with what there is. */
const projectorWaitMaxMs = 15 * 60_000;

/** Seals windows as they fall due; one in each process. */
export interface WindowSealer {
  /**
   * Seals what is due, at most 500 windows, and says whether there may be more; no also while it waits for the projector. In
   * a hurry nothing more is waited for after an equipment's acceptance or after a late reading; a window's own grace stays.
   * Equipment whose windows can't be composed now holds up nobody else: the process's log names it, and its windows, claimed
   * already, are sealed by a later call, in their order.
   * @throws when a store can't answer now
   */
  sealDue(hurry?: boolean): Promise<boolean>;
}

type Claimed = readonly { readonly window: Window; readonly equipment: RosteredEquipment }[];

/**
 * Readings may lie in another store, so sealing takes three steps: windows are claimed while the projector stands still,
 * and whatever it stores later marks them dirty; their readings are read; their entries are queued and the claim ends.
 */
export function createWindowSealer(context: AnchorContext): WindowSealer {
  const patience = new Patience(context.config.sealGraceMs);
  const putOff = new PutOff();
  const steps = new SayOnce(context.log);
  return {
    async sealDue(hurry = false) {
      await context.readings.ping();
      const claimed = await context.store.as({ role: "worker" }, (tx) =>
        claimDue(tx, context, { patience, hurry, putOff: putOff.now(context.clock()) }),
      );
      if (claimed.length === 0) return false;
      const composed = await composeWindows(context, claimed);
      await context.store.as({ role: "worker" }, (tx) => queueSealed(tx, composed.sealed, context.clock()));
      note(composed, { putOff, steps, now: context.clock() });
      return true;
    },
  };
}

function note(
  { sealed, failed }: Composed,
  { putOff, steps, now }: { putOff: PutOff; steps: SayOnce; now: number },
): void {
  const stepOf = (label: string) => `seal equipment ${label}`;
  for (const { window, equipment } of sealed) {
    putOff.worked(window);
    steps.worked(stepOf(equipment.label));
  }
  for (const { equipment, error } of failed) {
    putOff.failed({ tenantId: equipment.tenantId, equipmentId: equipment.id }, now);
    steps.failed(stepOf(equipment.label), error);
  }
}

/** What waiting needs to remember from one call to the next. */
class Patience {
  readonly #graceMs: number;
  #lateSince: number | null = null;
  #behindSince: number | null = null;
  #quiet: { readonly register: string; readonly until: number } | null = null;

  constructor(graceMs: number) {
    this.#graceMs = graceMs;
  }

  /** Whether no tiled window can be due yet, as long as the register is the one that was looked at. */
  isQuiet(register: string, now: number): boolean {
    return this.#quiet?.register === register && now < this.#quiet.until;
  }

  beQuiet(register: string, until: number): void {
    this.#quiet = { register, until };
  }

  /** Late readings come in many messages: their windows are sealed a grace after the first was seen. */
  lateAreReady(anyLate: boolean, now: number): boolean {
    this.#lateSince = anyLate ? (this.#lateSince ?? now) : null;
    return this.#lateSince !== null && now - this.#lateSince >= this.#graceMs;
  }

  lateAreSealed(): void {
    this.#lateSince = null;
  }

  /** Whether messages wait that should have been projected long ago, and we may still wait for them. */
  mustWait(oldestWaiting: number | null, now: number): boolean {
    const isBehind = oldestWaiting !== null && oldestWaiting <= now - this.#graceMs;
    this.#behindSince = isBehind ? (this.#behindSince ?? now) : null;
    return this.#behindSince !== null && now - this.#behindSince < projectorWaitMaxMs;
  }
}

async function claimDue(
  tx: Tx,
  { config, clock }: AnchorContext,
  { patience, hurry, putOff }: { patience: Patience; hurry: boolean; putOff: ReturnType<PutOff["now"]> },
): Promise<Claimed> {
  const now = clock();
  const unsealed = await readUnsealedWindows(tx, { limit: windowsPerTick, except: putOff });
  const register = await readEquipmentState(tx);
  if (!hurry && unsealed.length === 0 && patience.isQuiet(register, now)) return [];
  const all = await readSealedEquipment(tx, config.offlineBackdatingMs);
  const byId = new Map(all.map((one) => [keyOf(one.tenantId, one.id), one]));
  const { sealGraceMs: graceMs } = config;
  const graces = { graceMs, acceptedGraceMs: hurry ? 0 : graceMs };
  patience.beQuiet(register, Math.min(...all.map((one) => nextDueAt(one, graces))));
  const waiting = new Set(putOff.map(({ tenantId, equipmentId }) => keyOf(tenantId, equipmentId)));
  const tried = all.filter(({ tenantId, id }) => !waiting.has(keyOf(tenantId, id)));
  const tiled = tried.flatMap((one) => dueWindows(one, { ...graces, now, limit: windowsPerTick }));
  const wanted = [...tiled, ...lateWindows(unsealed, byId, { patience, hurry, now })];
  if (wanted.length === 0) return [];
  const { oldest } = await waitingAbove(tx, await holdProjector(tx));
  if (patience.mustWait(oldest, now)) return [];
  const rostered = await withRosters(tx, byId, wanted);
  const places = wanted.filter((place) => rostered.has(keyOf(place.tenantId, place.equipmentId)));
  const chosen = places.sort((a, b) => a.fromMs - b.fromMs).slice(0, windowsPerTick);
  return (await claimWindows(tx, chosen, now)).map((window) => ({
    window,
    equipment: rostered.get(keyOf(window.tenantId, window.equipmentId)) as RosteredEquipment,
  }));
}

/** Windows to seal outside the tiling: again, before its beginning, or left half done by a crash. */
function lateWindows(
  unsealed: readonly Window[],
  equipment: ReadonlyMap<string, SealedEquipment>,
  { patience, hurry, now }: { patience: Patience; hurry: boolean; now: number },
): Pick<Window, "tenantId" | "equipmentId" | "fromMs" | "toMs">[] {
  const isInTiling = ({ tenantId, equipmentId, fromMs, versions }: Window) => {
    const place = equipment.get(keyOf(tenantId, equipmentId));
    return versions === 0 && place !== undefined && fromMs >= (place.sealedTo ?? place.tiledFrom);
  };
  const late = unsealed.filter((window) => !isInTiling(window));
  const areReady = patience.lateAreReady(late.some(isDirty), now) || hurry;
  if (areReady && unsealed.length < windowsPerTick) patience.lateAreSealed();
  const chosen = areReady ? late : late.filter((window) => window.versions < 0);
  return chosen.map(({ tenantId, equipmentId, fromMs, toMs }) => ({ tenantId, equipmentId, fromMs, toMs }));
}

function isDirty(window: Window): boolean {
  return window.dirty && window.versions >= 0;
}

/** The first version of a tiled window is a `segment`; whatever comes later, or lies before the tiling, is `late`. */
async function queueSealed(tx: Tx, sealed: readonly SealedWindow[], now: number): Promise<void> {
  const entries = sealed.map(({ window, equipment, body }) => ({
    subject: equipment.subject,
    kind: window.versions === -1 && window.fromMs >= equipment.tiledFrom ? "segment" : "late",
    from: window.fromMs,
    to: window.toMs,
    body,
  }));
  await queueEntries(tx, entries, now);
  await markSealed(
    tx,
    sealed.map(({ window }) => window),
  );
}

function keyOf(tenantId: string, id: string): string {
  return `${tenantId}/${id}`;
}
