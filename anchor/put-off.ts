const firstDelayMs = 1_000;
const longestDelayMs = 5 * 60_000;

/** Equipment, as its organisation names it. */
interface Place {
  readonly tenantId: string;
  readonly equipmentId: string;
}

/** Equipment that fails for now: it is tried again ever more rarely, and meanwhile holds up nobody else. */
export class PutOff {
  readonly #waiting = new Map<string, Place & { readonly until: number; readonly delayMs: number }>();

  /** It failed (again): it waits twice as long as the last time, at most 5 min. */
  failed({ tenantId, equipmentId }: Place, now: number): void {
    const before = this.#waiting.get(`${tenantId}/${equipmentId}`);
    const delayMs = before === undefined ? firstDelayMs : Math.min(2 * before.delayMs, longestDelayMs);
    const until = now + delayMs;
    this.#waiting.set(`${tenantId}/${equipmentId}`, { tenantId, equipmentId, until, delayMs });
  }

  worked({ tenantId, equipmentId }: Place): void {
    this.#waiting.delete(`${tenantId}/${equipmentId}`);
  }

  /** Who isn't tried now. */
  now(now: number): Place[] {
    return [...this.#waiting.values()].filter(({ until }) => until > now);
  }
}
