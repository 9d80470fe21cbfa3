/** The console's live stream: who listens, and what each is told. */
import { AppError } from "#domain/errors.ts";
import { listSites, type SitesNow } from "#services/console/list-sites.ts";
import { reachOf } from "#services/console/reach.ts";
import type { Actor, Context } from "#services/context.ts";
import type { Live } from "./console-shapes.ts";
import { LiveListener } from "./live-listener.ts";
import { isoTimes } from "./routes/console/iso-times.ts";

/** Who opened a stream, and when it was last asked whether it may go on. */
interface Member {
  readonly actor: Actor;
  readonly stillWelcome: () => Promise<boolean>;
  checkedAt: number;
}

/** Listeners who see the same, and what they were told last. */
interface Circle {
  readonly actor: Actor;
  readonly members: Map<LiveListener, Member>;
  told: { readonly sites: ReadonlyMap<string, string>; readonly counts: Counts } | null;
}

type Counts = Omit<Live, "sites" | "gone">;

/** How often the feed does what, in ms. */
interface Pace {
  readonly pollMs: number;
  readonly beatMs: number;
  readonly recheckMs: number;
}

const usualPace: Pace = { pollMs: 2_000, beatMs: 15_000, recheckMs: 15_000 };
const listenersMax = 1_000;
const listenersOfOneMax = 50;
const listenersEachMax = 8;

/**
 * Looks at the sites every two seconds while anybody listens, once for all who see the same, and tells each what changed.
 * Where it can't look it ends the streams, so that nobody takes silence for calm.
 */
export class LiveFeed {
  readonly #parts: Pick<Context, "store" | "clock" | "log">;
  readonly #pace: Pace;
  readonly #circles = new Map<string, Circle>();
  #timer: NodeJS.Timeout | null = null;
  #isLooking = false;
  #isStopped = false;

  constructor(parts: Pick<Context, "store" | "clock" | "log">, pace: Partial<Pace> = {}) {
    this.#parts = parts;
    this.#pace = { ...usualPace, ...pace };
  }

  /**
   * A stream of events for somebody. The first tells counts only: what changes from then on follows, so a reader asks
   * for the sites after it. `stillWelcome` is asked every 15 s and after `recheck`, and ends the stream by false.
   * @throws AppError UNAUTHENTICATED (no scope `console:read`), TOO_MANY (1,000 listen, 50 of this organisation's, or 8 of this one's)
   */
  open(actor: Actor, stillWelcome: () => Promise<boolean>): ReadableStream<Uint8Array> {
    const key = reachOf(actor).tenant ?? "";
    if (this.#isStopped) throw new AppError("UNAVAILABLE", "the service is stopping");
    if (this.#isFullFor(actor)) {
      throw new AppError("TOO_MANY", "too many live streams are open");
    }
    const circle = this.#circles.get(key) ?? { actor, members: new Map(), told: null };
    this.#circles.set(key, circle);
    const listener = new LiveListener((gone) => this.#leave(key, circle, gone));
    circle.members.set(listener, { actor, stillWelcome, checkedAt: performance.now() });
    if (circle.told !== null) greet(listener, circle.told.counts);
    if (circle.told === null || this.#timer === null) this.#wake();
    return listener.stream;
  }

  /** Somebody signed out: asks at the next look whether their streams are still welcome. */
  recheck(actor: Actor): void {
    for (const { members } of this.#circles.values()) {
      for (const member of members.values()) {
        if (keyOf(member.actor) === keyOf(actor)) member.checkedAt = Number.NEGATIVE_INFINITY;
      }
    }
  }

  /** Ends every stream. */
  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const { members } of [...this.#circles.values()])
      for (const each of [...members.keys()]) each.close();
  }

  #isFullFor(actor: Actor): boolean {
    const open = [...this.#circles.values()].flatMap(({ members }) => [...members.values()]);
    return (
      open.length >= listenersMax ||
      open.filter((member) => member.actor.tenant === actor.tenant).length >= listenersOfOneMax ||
      open.filter((member) => keyOf(member.actor) === keyOf(actor)).length >= listenersEachMax
    );
  }

  #leave(key: string, circle: Circle, listener: LiveListener): void {
    circle.members.delete(listener);
    if (circle.members.size === 0) this.#circles.delete(key);
  }

  /** A round now instead of after the pause; one under way comes to newcomers by itself. */
  #wake(): void {
    if (this.#isLooking) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#round(), 0);
  }

  /** One look for each circle, one after the other; the next round begins after a pause, and only for somebody. */
  async #round(): Promise<void> {
    this.#isLooking = true;
    for (const circle of this.#circles.values()) await this.#look(circle);
    this.#isLooking = false;
    this.#timer = null;
    if (this.#circles.size === 0 || this.#isStopped) return;
    this.#timer = setTimeout(() => this.#round(), this.#pace.pollMs);
  }

  async #look(circle: Circle): Promise<void> {
    try {
      await this.#dismiss(circle);
      if (circle.members.size > 0) tell(circle, await listSites({ ...this.#parts, actor: circle.actor }));
    } catch (error) {
      this.#parts.log.error({ err: error }, "the live stream could not look and ends");
      for (const listener of [...circle.members.keys()]) listener.close();
    }
    for (const listener of circle.members.keys()) {
      if (listener.quietMs >= this.#pace.beatMs) listener.beat();
    }
  }

  /** Ends the streams of those whose session or membership ended. */
  async #dismiss({ members }: Circle): Promise<void> {
    for (const [listener, member] of [...members]) {
      if (performance.now() - member.checkedAt < this.#pace.recheckMs) continue;
      member.checkedAt = performance.now();
      if (!(await member.stillWelcome())) listener.close();
    }
  }
}

function keyOf({ kind, tenant, id }: Actor): string {
  return `${kind}/${tenant}/${id}`;
}

/** Tells a circle what is not as it was told last; to newcomers, the counts. */
function tell(circle: Circle, now: SitesNow): void {
  const { asOf, sites, atNoSite } = isoTimes(now);
  const texts = new Map(sites.map((site) => [`${site.organisation.id}/${site.id}`, JSON.stringify(site)]));
  const sum = (pick: (site: (typeof sites)[number]) => number) =>
    sites.reduce((n, site) => n + pick(site), 0);
  const counts = {
    asOf,
    openAlarms: sum(({ openAlarms }) => openAlarms) + atNoSite.open,
    unacknowledged: sum(({ unacknowledged }) => unacknowledged) + atNoSite.unacknowledged,
    openAtNoSite: atNoSite.open,
  };
  const before = circle.told?.sites;
  const isRecounted = circle.told !== null && !sameCounts(circle.told.counts, counts);
  const changed = [...texts].filter(([key, text]) => before?.get(key) !== text).map(([, text]) => text);
  const gone = [...(before ?? [])].filter(([key]) => !texts.has(key)).map(([, text]) => nameOf(text));
  const event = `{"sites":[${changed.join(",")}],${JSON.stringify({ gone, ...counts }).slice(1)}`;
  circle.told = { sites: texts, counts };
  for (const listener of [...circle.members.keys()]) {
    if (!listener.isGreeted) greet(listener, counts);
    else if (isRecounted || changed.length + gone.length > 0) listener.change(event);
  }
}

function sameCounts(a: Counts, b: Counts): boolean {
  return a.openAlarms === b.openAlarms && a.unacknowledged === b.unacknowledged;
}

/** Which site a told site was. */
function nameOf(text: string): Live["gone"][number] {
  const { organisation, id } = JSON.parse(text) as Live["sites"][number];
  return { organisation: { id: organisation.id }, id };
}

function greet(listener: LiveListener, counts: Counts): void {
  listener.isGreeted = true;
  listener.change(JSON.stringify({ ...counts, sites: [], gone: [] } satisfies Live));
}
