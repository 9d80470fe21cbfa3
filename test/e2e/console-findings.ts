import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { tabUntil } from "./by-keyboard.ts";
import { deskOf } from "./console-session.ts";
import { consoleWords, inBothLanguages, type Lang, type Stage } from "./stage.ts";

/**
 * What doesn't add up: a gateway that was claimed before used one number for two messages, which is an alarm at its site,
 * and sent from a sensor that nobody registered, which is set aside.
 */
export function findings(stage: Stage): void {
  it("the manager comes from the alarm to what happened, what is kept and what to do", async () => {
    await inBothLanguages(async (lang) => {
      const { text } = consoleWords[lang];
      const seen = await deskOf(stage, "manager", lang, "alarms");
      const { page } = seen;
      await page
        .getByRole("row")
        .filter({ hasText: text("state.integrity") })
        .getByRole("link", { name: text("alarm.what") })
        .click();
      await page.getByRole("heading", { level: 1, name: text("findings.title") }).waitFor();
      const story = storyOf(page, "finding.SEQ_CONFLICT", lang);
      await story.waitFor();
      const told = await story.innerText();
      for (const key of ["finding.SEQ_CONFLICT.holds", "finding.SEQ_CONFLICT.do"] as const)
        expect(told).toContain(text(key));
      await storyOf(page, "dead.UNKNOWN_SENSOR", lang).waitFor();
      await page.locator("h1:focus").waitFor();
      await tabUntil(page, "document.activeElement.matches('.story summary')");
      await page.keyboard.press("Enter");
      expect(await page.locator(".story details[open]").count()).toBe(1);
      expect(await seen.looksWrong()).toEqual([]);
      expect(seen.trouble()).toEqual([]);
    });
  });

  it("the operator is shown none of a pharmacy's", async () => {
    const seen = await deskOf(stage, "operator", "en", "findings");
    const { page } = seen;
    await page.getByText(consoleWords.en.text("findings.none")).waitFor();
    await page.getByText(consoleWords.en.text("dead.none")).waitFor();
    expect(await page.locator(".story").count()).toBe(0);
    expect(seen.trouble()).toEqual([]);
  });
}

function storyOf(page: Page, key: "finding.SEQ_CONFLICT" | "dead.UNKNOWN_SENSOR", lang: Lang) {
  const title = page.getByRole("heading", { level: 3, name: consoleWords[lang].text(key) });
  return page.locator(".story").filter({ has: title }).first();
}
