import type { Live } from "#api/console-shapes.ts";
import type { StreamState } from "../liveness.ts";

/** What is needed of an EventSource. */
export interface EventStream {
  readonly readyState: number;
  addEventListener(type: string, listener: (event: { readonly data?: string }) => void): void;
  close(): void;
}

/** What the feed is made with: a way to open the stream, a clock, a timer that gives its own end. */
export interface FeedParts {
  open(): EventStream;
  nowMs(): number;
  later(work: () => void, afterMs: number): () => void;
}

/** What is told to whoever listens; `refused` when the server ended the stream for good. */
export interface FeedListener {
  changed(live: Live): void;
  state(state: StreamState): void;
  refused(): void;
}

const closed = 2;
const retryMs = [3_000, 6_000, 15_000, 30_000];

/** Follows the live stream and opens it again when it ends; gives the way to stop. */
export function followLive(parts: FeedParts, listener: FeedListener): () => void {
  let tries = 0;
  let stream: EventStream;
  let cancel = () => {};
  const state = (connected: boolean) => listener.state({ connected, changedMs: parts.nowMs() });
  const open = () => {
    const opened = parts.open();
    stream = opened;
    opened.addEventListener("open", () => {
      tries = 0;
      state(true);
    });
    opened.addEventListener("change", ({ data }) => {
      if (data !== undefined) listener.changed(JSON.parse(data) as Live);
    });
    opened.addEventListener("error", () => {
      state(false);
      if (opened.readyState !== closed) return;
      listener.refused();
      cancel = parts.later(open, retryMs[tries] ?? 30_000);
      tries += 1;
    });
  };
  open();
  return () => {
    cancel();
    stream.close();
  };
}
