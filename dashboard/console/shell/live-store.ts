import type { Live } from "#api/console-shapes.ts";

/** The live stream's connection; times in epoch ms by this device's clock. */
interface Connection {
  readonly connected: boolean;
  /** The server's time of the counts that this connection began with; null until they came. */
  readonly greetedAsOf: string | null;
  /** Since when the sites were last not followed, up to the next fetch after a greeting. */
  readonly brokeMs: number;
}

/** What the live stream last said beyond the sites: whether it stands, how many alarms are open, what to call out. */
export interface LiveView {
  readonly stream: Connection;
  readonly counts: Pick<Live, "openAlarms" | "unacknowledged" | "openAtNoSite"> | null;
  /** Sites with a new alarm, until somebody has seen it; the id is that of all organisations, empty for what is no site. */
  readonly called: readonly { readonly id: string; readonly zh: string; readonly en: string }[];
}

/** Holds the view and tells whoever watches when it changes. */
export class LiveStore {
  private view: LiveView;
  private readonly watchers = new Set<() => void>();

  constructor(nowMs: number) {
    const stream = { connected: false, greetedAsOf: null, brokeMs: nowMs };
    this.view = { stream, counts: null, called: [] };
  }

  /** The view as it is. */
  readonly read = (): LiveView => this.view;

  /** Calls `watcher` after each change; gives the way to stop. */
  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => {
      this.watchers.delete(watcher);
    };
  };

  /** Changes part of the view. */
  change(part: Partial<LiveView>): void {
    this.view = { ...this.view, ...part };
    for (const watcher of this.watchers) watcher();
  }

  /** The stream stands; nothing that was held before is live until it was greeted and the sites were fetched again. */
  connected(): void {
    this.change({ stream: { ...this.view.stream, connected: true, greetedAsOf: null } });
  }

  /** The stream broke. Sites that weren't followed yet keep the time since when. */
  broke(nowMs: number, wasCurrent: boolean): void {
    const { stream } = this.view;
    const wasFollowed = stream.connected && wasCurrent;
    this.change({
      stream: { ...stream, connected: false, brokeMs: wasFollowed ? nowMs : stream.brokeMs },
    });
  }
}
