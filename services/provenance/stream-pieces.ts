import { AppError } from "#domain/errors.ts";

/** How long a reader may let a piece lie, and what is called when the stream is over (perhaps twice). */
interface StreamOptions {
  readonly idleMaxMs: number;
  readonly onEnd: () => void;
}

/**
 * A text that is made piece by piece, as bytes. It is over when it was read to its end, cancelled, broken off by a fault,
 * or not read on for `idleMaxMs`: a reader who stalls, or an answer that nobody sends any more, tells nobody.
 */
export function streamPieces(
  pieces: AsyncGenerator<string>,
  { idleMaxMs, onEnd }: StreamOptions,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let idle: NodeJS.Timeout | undefined;
  const end = async () => {
    clearTimeout(idle);
    // Waits for the piece that is being made: what still costs something is not over.
    await pieces.return(undefined).finally(onEnd);
  };
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      clearTimeout(idle);
      // A text that breaks off is no JSON: whoever reads it sees that it isn't whole.
      const breakOff = (fault: unknown) => {
        controller.error(fault);
        return end();
      };
      try {
        const { done, value } = await pieces.next();
        if (!done) {
          controller.enqueue(encoder.encode(value));
          const stalled = () => breakOff(new AppError("UNAVAILABLE", "the reader does not read on"));
          idle = setTimeout(stalled, idleMaxMs).unref();
          return;
        }
        controller.close();
        await end();
      } catch (fault) {
        await breakOff(fault);
      }
    },
    cancel: end,
  });
}
