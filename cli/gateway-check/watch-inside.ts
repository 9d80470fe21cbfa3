import { setTimeout as pause } from "node:timers/promises";
import { AppError } from "#domain/errors.ts";
import { fromBase64 } from "#domain/log/bytes.ts";
import { askRunning } from "../control.ts";
import type { Packet } from "./observe.ts";
import type { FramesHeard } from "./tell-frames.ts";

const askEveryMs = 250;

/**
 * Hears what passes of a gateway through the broker inside the process that runs on this folder: that process tells it over its
 * socket, so that no user of that broker can read what isn't his. Resolves once it does, with what ends it; it goes on when the process
 * comes back.
 * @throws AppError UNAVAILABLE when no process runs there, NOT_SUPPORTED when its broker is outside
 */
export async function watchInside(
  dataDir: string,
  gateway: string,
  hear: (packet: Packet) => void,
): Promise<() => Promise<void>> {
  const ask = () => askFrames(dataDir, { watch: String(process.pid), gateway });
  const first = await ask();
  if (first === null)
    throw new AppError(
      "UNAVAILABLE",
      `no process runs on ${dataDir}, so there is no broker to watch: start it (coldmark up), set DATA_DIR to its folder, or name an outside broker (--mqtt or MQTT_URL)`,
    );
  first.forEach(hear);
  const ended = new AbortController();
  const watching = (async () => {
    while (!ended.signal.aborted) {
      await pause(askEveryMs, undefined, { signal: ended.signal }).catch(() => undefined);
      const packets = await ask().catch(whenGone);
      packets?.forEach(hear);
    }
  })();
  watching.catch(() => undefined); // told at the end
  return async () => {
    ended.abort();
    await watching;
  };
}

/** What came since the last time; null when nobody listens. */
async function askFrames(
  dataDir: string,
  input: { watch: string; gateway: string },
): Promise<Packet[] | null> {
  const answer = await askRunning(dataDir, "gateway frames", input);
  if (answer === null) return null;
  const { frames } = answer.result as FramesHeard;
  return frames.map((frame) => ({ ...frame, payload: fromBase64(frame.payload) }));
}

/** A process that ends in the middle of an answer comes back; what it refuses, it refuses for good. */
function whenGone(fault: unknown): null {
  if (fault instanceof AppError) throw fault;
  return null;
}
