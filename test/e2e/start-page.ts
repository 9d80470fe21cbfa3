import { describe, expect, it } from "vitest";
import { cases } from "./patient-cases.ts";
import { at, langs, pageWords, type Stage, scanOf } from "./stage.ts";
import { visit } from "./visit.ts";

/** The start page, a code typed by hand, a wrong one, and one that nobody recorded. */
export function startPage(stage: Stage): void {
  describe.concurrent.each(langs)("in %s", (lang) => {
    const say = pageWords[lang];

    it("the start page lists the demo's packs, each by its own words, and leads to one typed by hand", async () => {
      const seen = await visit(stage.browser, at(stage, "/"), { lang });
      const { page } = seen;
      expect(await page.locator("html").getAttribute("lang")).toBe(lang);
      const links = await page.locator(".cases strong").allInnerTexts();
      expect(new Set(links).size).toBe(Object.keys(cases).length);
      expect(links).not.toContain(say("case.other"));
      expect(await seen.looksWrong()).toEqual([]);
      const code = new URL(scanOf(stage, "good-china-code").url).pathname.split("/").at(-1) ?? "";
      await page.locator("#typed").fill(code);
      await page.locator("form button").click();
      await page.waitForURL(/\/cn\/dtc\/\d{20}\?/);
      expect(await page.locator("#verdict").innerText()).toContain(say("headline.good.word"));
      expect(seen.trouble()).toEqual([]);
      await seen.close();
    });

    it("a wrong code typed by hand is said to be unreadable, and the page leads back", async () => {
      const seen = await visit(stage.browser, at(stage, "/"), { lang });
      const { page } = seen;
      await page.locator("#typed").fill("not a code");
      const [response] = await Promise.all([
        page.waitForResponse((answer) => answer.url().includes("/check?")),
        page.locator("form button").click(),
      ]);
      await page.locator("#verdict").waitFor();
      expect(response.status()).toBe(400);
      expect(await page.locator("#verdict").innerText()).toContain(say("problem.unreadable.word"));
      expect(await page.locator("html").getAttribute("lang")).toBe(lang);
      expect(await seen.looksWrong()).toEqual([]);
      expect(seen.trouble()).toEqual([]);
      await page.locator("a.button").click();
      await page.locator("#typed").waitFor();
      await seen.close();
    });

    it("a code that nobody recorded is not called false, and gets 404", async () => {
      const good = new URL(scanOf(stage, "good").url).pathname;
      const seen = await visit(stage.browser, at(stage, "/"), { lang });
      expect(await seen.open(at(stage, good.replace(/21\/.*$/, "21/NOBODY-KNOWS-IT")))).toBe(404);
      expect(await seen.page.locator("html").getAttribute("lang")).toBe(lang);
      expect(await seen.page.locator("#verdict").innerText()).toContain(say("headline.unknown.word"));
      expect(await seen.page.locator(".code").innerText()).toContain("NOBODY-KNOWS-IT");
      expect(await seen.looksWrong()).toEqual([]);
      expect(seen.trouble()).toEqual([]);
      await seen.close();
    });
  });

  it("has an icon of its own, and names it", async () => {
    const { page, close } = await visit(stage.browser, at(stage, "/"), { lang: "en" });
    const href = await page.locator("link[rel=icon]").getAttribute("href");
    const icon = await fetch(at(stage, href ?? "/none"));
    expect([icon.status, icon.headers.get("content-type")]).toEqual([200, "image/svg+xml"]);
    await close();
  });
}
