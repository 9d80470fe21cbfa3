const encoder = new TextEncoder();
/** What may wait for a reader that does not keep up. */
const waitingBytesMax = 512 * 1024;
/** So long a browser waits before it comes again. */
const retryMs = 3_000;

/** One open stream of server-sent events; a reader that does not keep up is cut off. */
export class LiveListener {
  readonly stream: ReadableStream<Uint8Array>;
  /** Told what is what, so that changes make sense to it. */
  isGreeted = false;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #lastSent = performance.now();
  readonly #end: () => void;

  /** @param onEnd called once, however it ends */
  constructor(onEnd: (listener: LiveListener) => void) {
    const end = () => {
      if (this.#controller === null) return;
      this.#controller = null;
      onEnd(this);
    };
    this.#end = end;
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        cancel: end,
      },
      new ByteLengthQueuingStrategy({ highWaterMark: waitingBytesMax }),
    );
    this.#write(`retry: ${retryMs}\n\n`);
  }

  /** How long nothing was sent, in ms. */
  get quietMs(): number {
    return performance.now() - this.#lastSent;
  }

  /** Sends one event of the type `change`. */
  change(json: string): void {
    this.#write(`event: change\ndata: ${json}\n\n`);
  }

  /** Keeps proxies from taking the stream for dead. */
  beat(): void {
    this.#write(": still here\n\n");
  }

  /** Ends the stream in an orderly way. */
  close(): void {
    const controller = this.#controller;
    this.#end();
    controller?.close();
  }

  #write(text: string): void {
    const controller = this.#controller;
    if (controller === null) return;
    controller.enqueue(encoder.encode(text));
    this.#lastSent = performance.now();
    if ((controller.desiredSize ?? 0) > 0) return;
    this.#end();
    controller.error(new Error("the reader does not keep up"));
  }
}
