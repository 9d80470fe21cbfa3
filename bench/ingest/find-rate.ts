import type { ContenderKind } from "./contender.ts";
import type { Load } from "./load.ts";
import { measureRun } from "./measure-run.ts";
import type { RunOptions } from "./with-run.ts";

const step = 1.5;
const stepsMost = 8;
const closeness = 1.12;
const searchSeconds = 10;
const least = 100;

/**
 * The highest rate, in messages a second, that a contender held in a short run: up or down by half until it is between a
 * rate held and one that wasn't, then closer, to 12 %. 0 where it holds none.
 */
export async function findRate(
  kind: ContenderKind,
  form: Omit<Load, "startAt" | "messagesPerSecond" | "seconds">,
  options: RunOptions & { readonly say: (line: string) => void },
): Promise<number> {
  let [held, missed, rate] = [0, Number.POSITIVE_INFINITY, kind.firstRate];
  for (
    let steps = 0;
    steps < stepsMost && missed / Math.max(held, 1) > closeness && rate >= least;
    steps += 1
  ) {
    const load = { ...form, messagesPerSecond: rate, seconds: searchSeconds };
    const { isSustained } = await measureRun(kind, load, options);
    options.say(`  ${kind.name} at ${rate} messages/s: ${isSustained ? "held" : "not held"}`);
    if (isSustained) held = rate;
    else missed = rate;
    rate = nextRate(held, missed);
  }
  return held;
}

/** The next rate to try between the highest held (0: none yet) and the lowest missed (infinite: none yet). */
export function nextRate(held: number, missed: number): number {
  if (missed === Number.POSITIVE_INFINITY) return Math.round(held * step);
  if (held === 0) return Math.round(missed / step);
  return Math.round(Math.sqrt(held * missed));
}
