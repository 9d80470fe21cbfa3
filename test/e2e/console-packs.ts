import { expect, it } from "vitest";
import { deskOf } from "./console-session.ts";
import { cases, untilTold } from "./patient-cases.ts";
import { consoleWords, inBothLanguages, pageWords, type Stage, scanOf } from "./stage.ts";

/** The story of every case with its proof checked in the browser, and how much of it who may see. */
export function packStories(stage: Stage): void {
  it.each(Object.entries(cases))(
    "the story of the pack %s is told and proved in the page",
    async (name, words) => {
      const { code, url } = scanOf(stage, name);
      await untilTold(url, words, 150_000);
      await inBothLanguages(async (lang) => {
        const say = pageWords[lang];
        const seen = await deskOf(stage, "operator", lang, `packs?code=${encodeURIComponent(code)}`);
        const { page } = seen;
        await page.locator("dd", { hasText: code }).waitFor();
        const check = page.locator("[data-outcome=agrees]");
        await check.waitFor();
        expect(await page.locator("h2.sentence").innerText()).toBe(say(`headline.${words.key}.word`));
        expect(await check.innerText()).toContain(`${say("result.VALID_FINAL")} (VALID_FINAL)`);
        const notKept = await page.locator("[data-leg]:not([data-leg=COMPLIANT])").count();
        expect(notKept).toBe(words.legs.length);
        expect(await seen.looksWrong()).toEqual([]);
        expect(seen.trouble()).toEqual([]);
      });
    },
  );

  it("a code typed by hand leads to its pack; what the manager never handled is told as to everybody", async () => {
    const { page, trouble } = await deskOf(stage, "manager", "en", "packs");
    const { text } = consoleWords.en;
    const look = async (code: string) => {
      await page.getByLabel(text("packs.code")).fill(code);
      await page.getByRole("button", { name: text("packs.look") }).click();
      await page.waitForURL((url) => url.searchParams.get("code") === code);
      await page.locator("[data-outcome=agrees]").waitFor();
    };
    await look(scanOf(stage, "warm").code);
    expect(await page.getByText(text("packs.publicView")).count()).toBe(1);
    // The silent refrigerator stands in the manager's own pharmacy.
    await look(scanOf(stage, "silent").code);
    expect(await page.getByText(text("packs.publicView")).count()).toBe(0);
    await page.getByLabel(text("packs.code")).fill("not a code");
    await page.getByRole("button", { name: text("packs.look") }).click();
    await page
      .getByRole("alert")
      .filter({ hasText: text("packs.unreadable") })
      .waitFor();
    // Chromium calls the refusal itself an error; it was asked for.
    expect(trouble().filter((line) => !line.includes("/not%20a%20code"))).toEqual([]);
  });
}
