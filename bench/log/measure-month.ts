import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { median } from "#bench/ingest/percentile.ts";
import type { quickSha256 } from "#dashboard/quick-sha256.ts";
import { type Verification, type VerifyOptions, verifyBundle } from "#domain/log/verify.ts";
import { fastSha256 } from "#services/log/fast-sha256.ts";
import { startChromium } from "#test/support/chromium.ts";
import { packMonth } from "#test/support/pack-month.ts";

/** What a pack's 30 days in a refrigerator with two points cost: bytes of the bundle, and ms to verify it, medians. */
export interface MonthCost {
  readonly gzippedBytes: number;
  readonly nodeMs: number;
  readonly browserMs: number;
  /** The first time in a page just opened, before the browser has compiled anything. */
  readonly browserFirstMs: number;
}

const pages = 3;
const verifier = `
export { verifyBundle } from "#domain/log/verify.ts";
export { quickSha256 } from "#dashboard/quick-sha256.ts";`;

/** Verifies the bundle offline, `rounds` times in this process and in each of some pages of Chromium, hashed as the command line and as our pages do. */
export async function measureMonth(rounds: number): Promise<MonthCost> {
  const { bundle, trust, code } = packMonth({ days: 30 });
  const text = JSON.stringify(bundle);
  const options = { trust, code };
  const inNode = await timed(() => verifyBundle(text, { ...options, sha256: fastSha256 }), rounds);
  const inPages = await inChromium(text, options, rounds);
  return {
    gzippedBytes: gzipSync(text).length,
    nodeMs: median(inNode) ?? 0,
    browserMs: median(inPages.flatMap(([_first, ...later]) => later)) ?? 0,
    browserFirstMs: median(inPages.map(([first = 0]) => first)) ?? 0,
  };
}

async function timed(work: () => Promise<Verification>, rounds: number): Promise<number[]> {
  const taken: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now();
    const { result } = await work();
    taken.push(performance.now() - began);
    if (result !== "VALID_PROVISIONAL") throw new Error(`the month is ${result}`);
  }
  return taken;
}

/** What the page knows. */
interface InPage {
  readonly timed: typeof timed;
  readonly verifier: { readonly verifyBundle: typeof verifyBundle; readonly quickSha256: typeof quickSha256 };
}

async function inChromium(text: string, options: VerifyOptions, rounds: number): Promise<number[][]> {
  const stdin = { contents: verifier, resolveDir: import.meta.dirname };
  const shape = { bundle: true, minify: true, format: "iife", globalName: "verifier", write: false } as const;
  const { outputFiles } = await build({ ...shape, target: "es2022", stdin });
  const content = `${outputFiles[0]?.text}\n${timed};globalThis.timed = timed;`;
  const browser = await startChromium();
  try {
    const taken: number[][] = [];
    for (let at = 0; at < pages; at += 1) {
      const page = await browser.newPage();
      await page.addScriptTag({ content });
      taken.push(await page.evaluate(inPage, { text, options, rounds }));
      await page.close();
    }
    return taken;
  } finally {
    await browser.close();
  }
}

async function inPage(given: { text: string; options: VerifyOptions; rounds: number }): Promise<number[]> {
  const { timed, verifier } = globalThis as unknown as InPage;
  const sha256 = await verifier.quickSha256();
  return await timed(() => verifier.verifyBundle(given.text, { ...given.options, sha256 }), given.rounds);
}
