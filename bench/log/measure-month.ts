import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { median } from "#bench/ingest/percentile.ts";
import { type VerifyOptions, verifyBundle } from "#domain/log/verify.ts";
import { startChromium } from "#test/support/chromium.ts";
import { packMonth } from "#test/support/pack-month.ts";

/** What a pack's 30 days in a refrigerator with two points cost: bytes of the bundle, and ms to verify it, median. */
export interface MonthCost {
  readonly gzippedBytes: number;
  readonly nodeMs: number;
  readonly browserMs: number;
}

const verifier = fileURLToPath(new URL("../../domain/log/verify.ts", import.meta.url));

/** Verifies the bundle `rounds` times, offline, in this process and in Chromium, with the browser's SHA-256 in both. */
export async function measureMonth(rounds: number): Promise<MonthCost> {
  const { bundle, trust, code } = packMonth({ days: 30 });
  const text = JSON.stringify(bundle);
  const options = { trust, code };
  return {
    gzippedBytes: gzipSync(text).length,
    nodeMs: median(await timed(() => verifyBundle(text, options), rounds)) ?? 0,
    browserMs: median(await inChromium(text, options, rounds)) ?? 0,
  };
}

async function timed(work: () => Promise<unknown>, rounds: number): Promise<number[]> {
  const taken: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now();
    await work();
    taken.push(performance.now() - began);
  }
  return taken;
}

/** What the page knows. */
interface InPage {
  readonly timed: typeof timed;
  readonly verifier: { readonly verifyBundle: typeof verifyBundle };
}

async function inChromium(text: string, options: VerifyOptions, rounds: number): Promise<number[]> {
  const shape = { bundle: true, minify: true, format: "iife", globalName: "verifier", write: false } as const;
  const { outputFiles } = await build({ ...shape, target: "es2022", entryPoints: [verifier] });
  const browser = await startChromium();
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ content: `${outputFiles[0]?.text}\n${timed};globalThis.timed = timed;` });
    return await page.evaluate(
      (given) => {
        const { timed, verifier } = globalThis as unknown as InPage;
        return timed(() => verifier.verifyBundle(given.text, given.options), given.rounds);
      },
      { text, options, rounds },
    );
  } finally {
    await browser.close();
  }
}
