import type { Page } from "playwright-core";
import { type Role, visitAs } from "./console-session.ts";
import { consoleWords, type Lang, type Stage, scanOf } from "./stage.ts";
import { visit } from "./visit.ts";

/** A picture for README and the tour: what it shows, to whom, on which screen. */
export interface Picture {
  readonly page: string;
  readonly lang: Lang;
  readonly widthPx: number;
  readonly heightPx?: number;
  readonly dark?: boolean;
  /** Opens the page and waits until it shows what it is about. */
  open(stage: Stage, picture: Picture): Promise<{ readonly page: Page; close(): Promise<void> }>;
}

const phonePx = 360;
const laptopPx = 1440;
const wall = { widthPx: 1920, heightPx: 1080, dark: true } as const;
const langs = ["en", "zh-CN"] as const;

/** All pictures, in the order in which the tour shows them. */
export const pictures: readonly Picture[] = [
  { page: "home", lang: "en", widthPx: laptopPx, open: consolePage("operator", "", ".sites > li") },
  { page: "home", lang: "zh-CN", widthPx: laptopPx, open: consolePage("operator", "", ".sites > li") },
  { page: "home", lang: "zh-CN", widthPx: phonePx, open: consolePage("operator", "", ".sites > li") },
  { page: "wall", lang: "zh-CN", ...wall, open: consolePage("operator", "?kiosk=1", ".sites > li") },
  ...langs.flatMap((lang): Picture[] => [
    { page: "equipment", lang, widthPx: laptopPx, heightPx: 1250, open: equipmentWithExcursion },
    { page: "alarms", lang, widthPx: laptopPx, open: alarmForm },
    { page: "story", lang, widthPx: laptopPx, heightPx: 1180, open: packStory },
    { page: "log", lang, widthPx: laptopPx, open: consolePage("auditor", "log", "[data-state=anchored]") },
    ...["good", "warm", "recalled", "home-delivery"].map(
      (name): Picture => ({ page: `pack-${name}`, lang, widthPx: phonePx, open: patientPage(name) }),
    ),
  ]),
];

/** `{page}-{lang}-{width}[-dark].webp`. */
export function fileNameOf({ page, lang, widthPx, dark }: Picture): string {
  return `${page}-${lang}-${widthPx}${dark === true ? "-dark" : ""}.webp`;
}

function consolePage(role: Role, path: string, shown: string): Picture["open"] {
  return async (stage, picture) => {
    const seen = await visitAs(stage, role, path, visitorOf(picture));
    await sizeScreen(seen.page, picture);
    await seen.page.locator(shown).first().waitFor();
    return seen;
  };
}

/** The manager's refrigerator whose power was cut: the pharmacy's worst, so the first in the list. */
async function equipmentWithExcursion(stage: Stage, picture: Picture) {
  const seen = await consolePage("manager", "", ".sites li a")(stage, picture);
  await seen.page.locator(".sites li a").first().click();
  await seen.page.locator("[role=img] canvas").waitFor();
  // The chart draws itself within a second; what is drawn is looked at when it no longer changes.
  await untilStill(seen.page);
  return seen;
}

async function alarmForm(stage: Stage, picture: Picture) {
  const seen = await consolePage("operator", "alarms", "table")(stage, picture);
  const { text } = consoleWords[picture.lang];
  const tooWarm = seen.page.getByRole("row").filter({ hasText: text("state.too-warm") });
  await tooWarm.getByRole("button").first().click();
  const form = seen.page.getByRole("dialog");
  await form.getByRole("radio", { name: text("action.called") }).check();
  await form
    .getByRole("textbox")
    .fill(
      picture.lang === "en"
        ? "Duty pharmacist informed, technician is on the way."
        : "已通知值班药师，维修人员正在赶来。",
    );
  return seen;
}

async function packStory(stage: Stage, picture: Picture) {
  const path = `packs?code=${encodeURIComponent(scanOf(stage, "warm").code)}`;
  return consolePage("operator", path, "[data-outcome=agrees]")(stage, picture);
}

function patientPage(name: string): Picture["open"] {
  return async (stage, picture) => {
    const seen = await visit(stage.browser, scanOf(stage, name).url, visitorOf(picture));
    await sizeScreen(seen.page, picture);
    await seen.page.locator('#check[data-outcome="agrees"]').waitFor();
    return seen;
  };
}

function visitorOf({ lang, widthPx, dark }: Picture) {
  return { lang, width: widthPx, dark: dark === true };
}

async function sizeScreen(page: Page, { widthPx, heightPx }: Picture): Promise<void> {
  await page.setViewportSize({ width: widthPx, height: heightPx ?? (widthPx === phonePx ? 780 : 900) });
}

async function untilStill(page: Page): Promise<void> {
  let before: Buffer | null = null;
  for (;;) {
    const now = await page.screenshot();
    if (before?.equals(now)) return;
    before = now;
  }
}
