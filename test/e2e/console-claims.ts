import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import type { Gateways } from "#api/console-shapes.ts";
import { tabUntil } from "./by-keyboard.ts";
import {
  askedAndKept,
  claim,
  claimElsewhere,
  hold,
  isOther,
  newGateway,
  stickerOf,
  urls,
} from "./claiming.ts";
import { deskOf, visitAs } from "./console-session.ts";
import { at, consoleWords, inBothLanguages, langs, type Stage } from "./stage.ts";
import { brightestOfGround, type Visit } from "./visit.ts";

const { text } = consoleWords.en;

/** What comes between somebody and a claim, and claiming without a mouse. */
export function claims(stage: Stage): void {
  it("while a claim is under way, leaving asks first; once it is answered, nothing is asked", async () => {
    await inBothLanguages(async (lang) => {
      const say = consoleWords[lang];
      const seen = await deskOf(stage, "manager", lang, "gateways");
      const { page } = seen;
      const letGo = await hold(page, urls.claim);
      const sticker = stickerOf(stage, langs.indexOf(lang));
      await claim(page, lang, { ...sticker, code: `${sticker.code.slice(1)}X` });
      await page.getByRole("button", { name: say.text("claim.busy") }).waitFor();
      const menu = page.getByRole("navigation", { name: say.text("nav.label") });
      const leave = () => menu.getByText(say.text("nav.log"), { exact: true }).click();
      expect(await askedAndKept(page, leave)).toBe(say.text("claim.leave"));
      expect(new URL(page.url()).pathname).toBe("/console/gateways");
      await letGo();
      await page.locator("[data-refused=unknown]").waitFor();
      await page.unroute(urls.claim);
      // A question that nobody answers keeps the page.
      await leave();
      await page.getByRole("heading", { level: 1, name: say.text("log.title") }).waitFor();
      expect(seen.trouble().filter(isOther)).toEqual([]);
    });
  });

  it("another shop claims the same sticker first: the screen says so, and what was typed stays", async () => {
    await inBothLanguages(async (lang) => {
      const say = consoleWords[lang];
      const sticker = await newGateway(stage, `RACE-${lang}`);
      const seen = await deskOf(stage, "manager", lang, "gateways");
      const { page } = seen;
      const letGo = await hold(page, urls.claim);
      await claim(page, lang, sticker);
      await page.getByRole("button", { name: say.text("claim.busy") }).waitFor();
      await claimElsewhere(stage, sticker);
      await letGo();
      const refusal = page.locator("[data-refused=claimed]");
      await refusal.waitFor();
      expect(await refusal.innerText()).toContain(say.text("refused.claimed"));
      expect(await refusal.innerText()).toContain(say.text("refused.claimed.do"));
      expect(await page.locator(".claimed").count()).toBe(0);
      const serial = page.getByLabel(say.text("claim.serial"), { exact: true });
      expect(await serial.inputValue()).toBe(sticker.serial);
      expect(await page.getByRole("row", { name: sticker.serial.toLowerCase() }).count()).toBe(0);
      expect(await seen.looksWrong()).toEqual([]);
      await page.unroute(urls.claim);
      expect(seen.trouble().filter(isOther)).toEqual([]);
    });
  });

  it("by keyboard alone and in the dark: a wrong sticker, the right one, and the list to its end", async () => {
    const { serial, code } = await newGateway(stage, "KEYS-1");
    const seen = await visitAs(stage, "manager", "gateways", { lang: "en", width: 1440, dark: true });
    const { page } = seen;
    await page.route(urls.list, (route) =>
      route.continue({ url: route.request().url().replace("limit=50", "limit=1") }),
    );
    await page.reload();
    await page.locator("form.claim").waitFor();
    expect(await brightestOfGround(page)).toBeLessThan(80);
    await typeSticker(page, serial, "SHORT");
    await page.locator("[data-refused=sticker]").waitFor();
    expect(await seen.looksWrong([1440])).toEqual([]);
    await typeSticker(page, serial, code);
    const done = page.getByRole("heading", { name: text("done.title", { gateway: serial.toLowerCase() }) });
    await done.waitFor();
    expect(await done.evaluate((it) => it === document.activeElement)).toBe(true);
    expect(await seen.looksWrong([1440])).toEqual([]);
    await tabUntil(page, focusOn(text("done.close")));
    await page.keyboard.press("Enter");
    await page.waitForFunction("document.activeElement.matches('h1')");
    await toTheEnd(stage, seen);
    expect(seen.trouble()).toEqual([]);
    await seen.close();
  });
}

/** Fills in both fields of the sticker, whatever stood there, and claims. */
async function typeSticker(page: Page, serial: string, code: string): Promise<void> {
  for (const [label, typed] of [
    ["claim.serial", serial],
    ["claim.code", code],
  ] as const) {
    await tabUntil(page, `document.activeElement.labels?.[0]?.innerText === ${JSON.stringify(text(label))}`);
    await page.keyboard.press("Control+A");
    await page.keyboard.type(typed);
  }
  await tabUntil(page, focusOn(text("claim.submit")));
  await page.keyboard.press("Enter");
}

/** Asks for page after page of one gateway each, until all are there. */
async function toTheEnd(stage: Stage, { page }: Visit): Promise<void> {
  const { gateways } = (await (await page.request.get(at(stage, "/v1/gateways"))).json()) as Gateways;
  const rows = page.locator("table.gateways tbody tr");
  expect(gateways.length).toBeGreaterThan(3);
  for (let shown = 1; shown < gateways.length; shown += 1) {
    expect(await rows.count()).toBe(shown);
    await tabUntil(page, focusOn(text("gw.more")));
    await page.keyboard.press("Enter");
    await rows.nth(shown).waitFor();
  }
  await page.getByRole("button", { name: text("gw.more") }).waitFor({ state: "detached" });
  expect(await rows.getByRole("rowheader").allInnerTexts()).toEqual(
    gateways.map(({ id }) => expect.stringMatching(new RegExp(`^${id}\\b`))),
  );
}

const focusOn = (words: string) => `document.activeElement.innerText === ${JSON.stringify(words)}`;
