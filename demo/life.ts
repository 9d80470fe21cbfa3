/** What happens to ordinary packs while the demo runs: the opening stock-takes, deliveries, dispensing. */

import { liveCapture } from "./live-steps.ts";
import type { DemoNetwork } from "./network.ts";
import { type PartnerSettings, postCaptures } from "./partners.ts";
import { pause } from "./pause.ts";
import { seedOf } from "./seed.ts";

/**
 * States it all in its time, from now on; a step that the server refuses is said and passed over.
 * @throws the signal's reason when it is aborted
 */
export async function liveLife(
  { seed, stock }: Pick<DemoNetwork, "seed" | "stock">,
  partners: PartnerSettings,
  say: (text: string) => void,
): Promise<void> {
  const startedAt = Date.now();
  const drawn = seedOf(String(seed));
  await postCaptures(stock.captures, partners);
  for (const step of stock.live) {
    await pause(Math.max(0, startedAt + step.afterMs - Date.now()), partners.signal);
    try {
      await postCaptures([liveCapture({ seed: drawn }, step, Date.now())], partners);
    } catch (error) {
      partners.signal.throwIfAborted();
      say(error instanceof Error ? error.message : String(error));
    }
  }
}
