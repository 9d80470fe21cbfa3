import { expect, it } from "vitest";
import { tabUntil } from "./by-keyboard.ts";
import { accountOf, visitAs } from "./console-session.ts";
import { at, consoleWords, type Stage, scanOf } from "./stage.ts";
import { brightestOfGround, visit } from "./visit.ts";

const { text } = consoleWords.en;
const rows = ".sites > li";

/** The console by keyboard alone, in the dark, and on a wall. */
export function screens(stage: Stage): void {
  it("by keyboard alone: signs in, opens a site and its equipment", async () => {
    const seen = await visit(stage.browser, at(stage, "/console/"), { lang: "en", width: 1440 });
    const { page } = seen;
    const { email, password } = accountOf(stage, "operator");
    await page.getByLabel(text("signIn.email")).waitFor();
    await tabUntil(page, "document.activeElement.id === 'email'");
    await page.keyboard.type(email);
    await page.keyboard.press("Tab");
    await page.keyboard.type(password);
    await page.keyboard.press("Enter");
    await page.locator(rows).first().waitFor();
    await tabUntil(page, "document.activeElement.closest('.sites > li') !== null");
    await page.keyboard.press("Enter");
    await page.locator(`${rows} a`).first().waitFor();
    await tabUntil(page, "document.activeElement.matches('.sites > li a')");
    const outlined = "getComputedStyle(document.activeElement).outlineStyle !== 'none'";
    expect(await page.evaluate(outlined)).toBe(true);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/console\/equipment\//);
    await page.waitForFunction(
      () => document.activeElement?.matches("h1") === true && document.querySelector(".sites") === null,
    );
    expect(seen.trouble()).toEqual([]);
    await seen.close();
  });

  it.each([
    ["the list of sites", "", `${rows}:nth-child(20)`],
    ["the story of a pack", "packs?code=", "[data-outcome=agrees]"],
  ] as const)("in the dark %s is dark and has no serious fault", async (_, path, there) => {
    const code = encodeURIComponent(scanOf(stage, "warm").code);
    const seen = await visitAs(
      stage,
      "operator",
      path.replace(/=$/, (is) => is + code),
      { lang: "zh-CN", dark: true },
    );
    await seen.page.locator(there).first().waitFor();
    expect(await brightestOfGround(seen.page)).toBeLessThan(80);
    expect(await seen.looksWrong([1440])).toEqual([]);
    expect(seen.trouble()).toEqual([]);
    await seen.close();
  });

  it("on a wall: the answer and every site, without menus", async () => {
    const seen = await visitAs(stage, "operator", "?kiosk=1", { lang: "zh-CN", width: 1920, dark: true });
    const { page } = seen;
    await page.locator(rows).first().waitFor();
    expect(await page.getByRole("navigation").count()).toBe(0);
    expect(await page.getByRole("searchbox").count()).toBe(0);
    expect(await page.locator(rows).count()).toBeGreaterThan(120);
    const size = await page.locator(".answer .sentence").evaluate((each) => getComputedStyle(each).fontSize);
    expect(Number.parseFloat(size)).toBeGreaterThan(32);
    expect(await seen.looksWrong([1440])).toEqual([]);
    expect(seen.trouble()).toEqual([]);
    await seen.close();
  });
}
