/** Takes the pictures of README and docs/tour.md from a demo, and measures what the console's figures ask for. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { buildConsole } from "#dashboard/console/build.ts";
import { buildScanScript } from "#dashboard/scan/build.ts";
import { startChromium } from "../support/chromium.ts";
import { measureChart, measureSites } from "./measure.ts";
import { fileNameOf, type Picture, pictures } from "./pictures.ts";
import type { Stage } from "./stage.ts";
import { readIntroduction, startDemo, type TestDemo } from "./start-demo.ts";

const folder = new URL("../../docs/pictures/", import.meta.url).pathname;
const bytesMax = 120_000;
const allBytesMax = 1_200_000;
/** The first that is small enough is kept. */
const qualities = [0.75, 0.65, 0.5];

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Takes one picture, compressed by the browser itself; gives its size in bytes. */
async function take(stage: Stage, picture: Picture): Promise<number> {
  const { page, close } = await picture.open(stage, picture);
  const png = await page.screenshot({ animations: "disabled", caret: "hide" });
  await close();
  const blank = await stage.browser.newPage();
  const webp = await smallEnough(blank, png.toString("base64"));
  await blank.close();
  writeFileSync(join(folder, fileNameOf(picture)), webp);
  say(`${fileNameOf(picture).padEnd(34)} ${webp.length} bytes`);
  return webp.length;
}

async function smallEnough(page: Page, png: string): Promise<Buffer> {
  let webp = Buffer.alloc(0);
  for (const quality of qualities) {
    webp = Buffer.from(await encode(page, png, quality), "base64");
    if (webp.length <= bytesMax) break;
  }
  return webp;
}

function encode(page: Page, png: string, quality: number): Promise<string> {
  return page.evaluate(
    async ([source, wanted]) => {
      const image = new Image();
      image.src = `data:image/png;base64,${source}`;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = image.width;
      canvas.height = image.height;
      canvas.getContext("2d")?.drawImage(image, 0, 0);
      return canvas.toDataURL("image/webp", wanted).split(",")[1] ?? "";
    },
    [png, quality] as const,
  );
}

/** A demo that runs already is left running, with the scripts that it was built with. */
async function demoOf(data: string | undefined): Promise<TestDemo> {
  if (data === undefined) {
    await Promise.all([buildScanScript(), buildConsole()]);
    return startDemo();
  }
  const end = async () => ({ code: null, signal: null, said: "" });
  const introduction = readIntroduction(data);
  return { data, introduction, joined: Promise.resolve(), end, clear: async () => {} };
}

const { values } = parseArgs({ options: { data: { type: "string" }, only: { type: "string" } } });
const [demo, browser] = await Promise.all([demoOf(values.data), startChromium()]);
try {
  await demo.joined;
  mkdirSync(folder, { recursive: true });
  const stage: Stage = { demo, browser };
  let total = 0;
  for (const picture of pictures)
    if (fileNameOf(picture).includes(values.only ?? "")) total += await take(stage, picture);
  say(`together ${total} bytes (at most ${allBytesMax})`);
  if (total > allBytesMax) process.exitCode = 1;
  say(`list of all sites usable: ${await measureSites(stage)} ms after the click (median of 5)`);
  say(`chart of 7 days and 8 points drawn: ${await measureChart(stage)} ms after the click (median of 5)`);
} finally {
  await browser.close();
  await demo.clear();
}
