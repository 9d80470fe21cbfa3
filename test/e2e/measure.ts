import type { Page } from "playwright-core";
import type { Sites } from "#api/console-shapes.ts";
import { visitAs } from "./console-session.ts";
import { at, consoleWords, type Stage } from "./stage.ts";

const repeats = 5;
const { text } = consoleWords.en;

/** Ms from the click on "Sites" until all rows stand and the page is idle, the console newly loaded each time; median. */
export async function measureSites(stage: Stage): Promise<number> {
  return median(async () => {
    const { page, close } = await visitAs(stage, "operator", "log", { lang: "en", width: 1440 });
    const { sites } = (await (await page.request.get(at(stage, "/v1/sites"))).json()) as Sites;
    const tookMs = await clickUntil(page, `nav a:has-text("${text("nav.sites")}")`, {
      selector: ".sites > li",
      count: sites.length,
    });
    await close();
    return tookMs;
  });
}

/** Ms from the click on "7 days" until the chart of a cold room with 8 points has drawn and the page is idle; median. */
export async function measureChart(stage: Stage): Promise<number> {
  return median(async () => {
    const { page, close } = await visitAs(stage, "operator", "log", { lang: "en", width: 1440 });
    const { sites } = (await (await page.request.get(at(stage, "/v1/sites"))).json()) as Sites;
    const rooms = sites.flatMap(({ equipment }) => equipment.filter(({ points }) => points === 8));
    await page.goto(at(stage, `/console/equipment/${rooms.at(1)?.label}`));
    await page.locator("[role=img] canvas").waitFor();
    const selector = `.period button:has-text("${text("period.7d")}")`;
    const label = await page.locator("[role=img]").getAttribute("aria-label");
    const tookMs = await clickUntil(page, selector, {
      selector: `[role=img]:not([aria-label="${label}"]) canvas`,
      count: 1,
    });
    await close();
    return tookMs;
  });
}

/** Clicks in the page itself, so that no way between two processes is counted, and waits frame by frame. */
function clickUntil(
  page: Page,
  button: string,
  until: { readonly selector: string; readonly count: number },
): Promise<number> {
  return page
    .locator(button)
    .first()
    .evaluate(
      (element, { selector, count }) =>
        new Promise<number>((done) => {
          const start = performance.now();
          const isThere = () =>
            document.querySelectorAll(selector).length >= count &&
            document.querySelector("[aria-busy=true]") === null;
          const look = () => {
            if (isThere()) requestIdleCallback(() => done(performance.now() - start));
            else requestAnimationFrame(look);
          };
          (element as HTMLElement).click();
          look();
        }),
      until,
    );
}

async function median(measure: () => Promise<number>): Promise<number> {
  const tookMs: number[] = [];
  while (tookMs.length < repeats) tookMs.push(await measure());
  return Math.round(tookMs.sort((a, b) => a - b)[Math.floor(repeats / 2)] ?? Number.NaN);
}
