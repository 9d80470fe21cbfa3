import type { Live } from "#api/console-shapes.ts";
import type { StreamState } from "../liveness.ts";

/** What the live stream last said beyond the sites: whether it stands, how many alarms are open, what to call out. */
export interface LiveView {
  readonly stream: StreamState;
  readonly counts: Pick<Live, "openAlarms" | "unacknowledged"> | null;
  /** Sites with a new alarm, until somebody has seen it. */
  readonly called: readonly { readonly id: string; readonly zh: string; readonly en: string }[];
}

/** Holds the view and tells whoever watches when it changes. */
export class LiveStore {
  private view: LiveView;
  private readonly watchers = new Set<() => void>();

  constructor(nowMs: number) {
    this.view = { stream: { connected: false, changedMs: nowMs }, counts: null, called: [] };
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

  /** Changes part of the view. A stream that stays down keeps the time since when. */
  change(part: Partial<LiveView>): void {
    const same = part.stream?.connected === this.view.stream.connected;
    this.view = { ...this.view, ...part, ...(same && { stream: this.view.stream }) };
    for (const watcher of this.watchers) watcher();
  }
}
