import type { Live } from "#api/console-shapes.ts";

/** What is needed of an EventSource. */
export interface EventStream {
  readonly readyState: number;
  addEventListener(type: string, listener: (event: { readonly data?: string }) => void): void;
  close(): void;
}

/** What the feed is made with: a way to open the stream, a timer that gives its own end. */
export interface FeedParts {
  open(): EventStream;
  later(work: () => void, afterMs: number): () => void;
}

/** What is told to whoever listens; each connection greets once, with counts only; `refused`: it was ended for good. */
export interface FeedListener {
  connected(): void;
  greeted(live: Live): void;
  changed(live: Live): void;
  broke(): void;
  refused(): void;
}

const closed = 2;
const retryMs = [3_000, 6_000, 15_000, 30_000];

/** Follows the live stream and opens it again when it ends; gives the way to stop. */
export function followLive(parts: FeedParts, listener: FeedListener): () => void {
  let tries = 0;
  let stream: EventStream;
  let cancel = () => {};
  const open = () => {
    const opened = parts.open();
    let isGreeted = false;
    stream = opened;
    opened.addEventListener("open", () => {
      tries = 0;
      isGreeted = false;
      listener.connected();
    });
    opened.addEventListener("change", ({ data }) => {
      if (data === undefined) return;
      const live = JSON.parse(data) as Live;
      if (isGreeted) listener.changed(live);
      else listener.greeted(live);
      isGreeted = true;
    });
    opened.addEventListener("error", () => {
      listener.broke();
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
