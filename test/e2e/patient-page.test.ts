import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildScanScript } from "#dashboard/scan/build.ts";
import type { Answer } from "#domain/provenance/answer.ts";
import { startChromium } from "../support/chromium.ts";
import { coldmark } from "../support/service.ts";
import { startDemo, type TestDemo } from "./start-demo.ts";
import { visit } from "./visit.ts";

const scriptBytesMax = 60_000;
const langs = ["zh-CN", "en"] as const;
type Lang = (typeof langs)[number];
/** What each case's page must say first, and the legs of its way that were not kept cold. */
const verdicts: Record<string, Record<Lang, string> & { readonly legs: readonly string[] }> = {
  good: { en: "Known, and kept cold", "zh-CN": "有记录，冷藏有证明", legs: [] },
  warm: { en: "It got too warm", "zh-CN": "温度曾经过高", legs: ["EXCURSION"] },
  silent: {
    en: "Cold not shown for the whole time",
    "zh-CN": "无法证明全程冷藏",
    legs: ["NOT_DEMONSTRABLE"],
  },
  "good-china-code": { en: "Known, and kept cold", "zh-CN": "有记录，冷藏有证明", legs: [] },
  dispensed: { en: "Known, and kept cold", "zh-CN": "有记录，冷藏有证明", legs: [] },
};
/** Big word, sentence below it, and the four answers: what must be the same with and without script. */
const told = {
  word: "#verdict",
  sentence: ".verdict .sentence",
  known: "[data-question=known] .answer",
  state: "[data-question=state] .answer",
  cold: "[data-question=cold] .answer",
  proof: "[data-question=proof] .answer",
};

let demo: TestDemo;
let browser: Browser;

beforeAll(async () => {
  await buildScanScript();
  [demo, browser] = await Promise.all([startDemo(), startChromium()]);
  for (const name of Object.keys(verdicts)) await untilToldWhole(name);
});
afterAll(async () => {
  await browser?.close();
  await demo?.clear();
});

const at = (path: string) => new URL(path, demo.introduction.console).href;
const urlOf = (name: string) => demo.introduction.scans.find((scan) => scan.case === name)?.url ?? "";
const htmlLang = (page: Page) => page.locator("html").getAttribute("lang");
const verdictOf = (page: Page) => page.locator("#verdict").innerText();
/**
 * On a loaded machine windows are sealed while the history is still coming in, and sealed again afterwards; the pages
 * change once more then.
 */
async function untilToldWhole(name: string): Promise<void> {
  const deadline = Date.now() + 90_000;
  for (;;) {
    const response = await fetch(urlOf(name), { headers: { accept: "application/json" } });
    const text = await response.text();
    const { cold, proof } = (response.ok ? JSON.parse(text) : {}) as Partial<Answer>;
    const legs = cold?.legs.map(({ state }) => state).filter((state) => state !== "COMPLIANT") ?? [];
    const isWhole = proof?.result === "VALID_FINAL" && String(legs) === String(verdicts[name]?.legs);
    if (isWhole) return;

    if (Date.now() > deadline)
      throw new Error(`${name} is never told as it happened: ${text.slice(0, 2_000)}`);
    await pause(500);
  }
}

async function read(page: Page): Promise<Record<string, string>> {
  const texts = await Promise.all(
    Object.entries(told).map(async ([name, selector]) => [name, await page.locator(selector).innerText()]),
  );
  return Object.fromEntries(texts);
}

it("gives a bundle that verifies by the trust file and the chain's own address, as README says", async () => {
  const code = demo.introduction.scans.find((scan) => scan.case === "good")?.code ?? "";
  const bundle = await fetch(at(`/v1/provenance/${encodeURIComponent(code)}/bundle`));
  const file = join(demo.data, "good.json");
  writeFileSync(file, await bundle.text());
  const flags = ["--trust", join(demo.data, "trust.json"), "--code", code, "--rpc", demo.introduction.rpc];
  const verified = await coldmark(["verify", file, ...flags]);
  expect(verified).toMatchObject({ code: 0, stdout: expect.stringMatching(/^VALID_FINAL\n/) });
});

it("the demo names a page for each of its cases", () => {
  const { scans, login } = demo.introduction;
  expect(scans.map((scan) => scan.case).sort()).toEqual(Object.keys(verdicts).sort());
  for (const { url } of scans) expect(new URL(url).origin).toBe(new URL(at("/")).origin);
  expect(login.apiKey).toMatch(/^cmk_/);
});

describe.each(Object.entries(verdicts))("the page of the pack %s", (name, words) => {
  it.each(langs)(
    "in %s says its verdict, proves it again, and tells the same without script",
    async (lang) => {
      const [plain, seen] = await Promise.all([
        visit(browser, urlOf(name), { lang, script: false }),
        visit(browser, urlOf(name), { lang }),
      ]);
      expect([seen.status, await htmlLang(seen.page)]).toEqual([200, lang]);
      await seen.page.locator('#check[data-outcome="agrees"]').waitFor({ timeout: 60_000 });
      const answers = await read(seen.page);
      expect(answers.word).toContain(words[lang]);
      expect(await seen.looksWrong()).toEqual([]);
      const bytes = await seen.scriptBytes();
      expect(bytes).toBeGreaterThan(0);
      expect(bytes).toBeLessThanOrEqual(scriptBytesMax);
      expect([seen.faults, seen.foreign]).toEqual([[], []]);
      expect([plain.status, await htmlLang(plain.page), await read(plain.page)]).toEqual([
        200,
        lang,
        answers,
      ]);
      expect(await plain.page.locator("#check").getAttribute("data-outcome")).toBeNull();
      await Promise.all([seen.close(), plain.close()]);
    },
  );
});

it("the page in the other language is one touch away", async () => {
  const { page, close } = await visit(browser, urlOf("warm"), { lang: "zh-CN" });
  await page.locator("a.language").click();
  expect([await htmlLang(page), await verdictOf(page)]).toEqual(["en", expect.stringContaining("too warm")]);
  await close();
});

it("doubts the verdict aloud when the proof is not the one the page was told from", async () => {
  const { page, close } = await visit(browser, "about:blank", { lang: "en" });
  await page.route(/\/bundle$/, async (route) => {
    const text = await (await route.fetch()).text();
    await route.fulfill({ body: text.replace(/"step":"\w+"/, '"step":"destroying"') });
  });
  await page.goto(urlOf("good"));
  await page.locator('#check[data-outcome="stop"]').waitFor({ timeout: 60_000 });
  expect(await page.locator("#check-status").getAttribute("role")).toBe("alert");
  expect(await page.locator(".verdict.doubted").count()).toBe(1);
  await close();
});

describe.each(langs)("in %s", (lang) => {
  const zh = lang === "zh-CN";

  it("the start page lists the demo's packs, each by its own words, and leads to one typed by hand", async () => {
    const seen = await visit(browser, at("/"), { lang });
    const { page } = seen;
    expect([seen.status, await htmlLang(page)]).toEqual([200, lang]);
    const links = await page.locator(".cases strong").allInnerTexts();
    expect(new Set(links).size).toBe(Object.keys(verdicts).length);
    expect(links).not.toContain(zh ? "其他药品" : "Another pack");
    expect(await seen.looksWrong()).toEqual([]);
    const code = new URL(urlOf("good-china-code")).pathname.split("/").at(-1) ?? "";
    await page.locator("#typed").fill(code);
    await page.locator("form button").click();
    await page.waitForURL(/\/cn\/dtc\/\d{20}\?/);
    expect(await verdictOf(page)).toContain(verdicts["good-china-code"]?.[lang]);
    expect([seen.faults, seen.foreign]).toEqual([[], []]);
    await seen.close();
  });

  it("a wrong code typed by hand is said to be unreadable, and the page leads back", async () => {
    const seen = await visit(browser, at("/"), { lang });
    const { page } = seen;
    await page.locator("#typed").fill("not a code");
    const [response] = await Promise.all([
      page.waitForResponse((answer) => answer.url().includes("/check?")),
      page.locator("form button").click(),
    ]);
    await page.locator("#verdict").waitFor();
    expect(response.status()).toBe(400);
    expect(await verdictOf(page)).toContain(zh ? "无法识别" : "This code could not be read");
    expect(await htmlLang(page)).toBe(lang);
    expect(await seen.looksWrong()).toEqual([]);
    expect([seen.faults, seen.foreign]).toEqual([[], []]);
    await page.locator("a.button").click();
    await page.locator("#typed").waitFor();
    await seen.close();
  });

  it("a code that nobody recorded is not called false, and gets 404", async () => {
    const good = new URL(urlOf("good")).pathname;
    const seen = await visit(browser, at(good.replace(/21\/.*$/, "21/NOBODY-KNOWS-IT")), { lang });
    expect([seen.status, await htmlLang(seen.page)]).toEqual([404, lang]);
    expect(await verdictOf(seen.page)).toContain(zh ? "没有查到这盒药" : "We do not know this pack");
    expect(await seen.page.locator(".code").innerText()).toContain("NOBODY-KNOWS-IT");
    expect(await seen.looksWrong()).toEqual([]);
    expect([seen.faults, seen.foreign]).toEqual([[], []]);
    await seen.close();
  });
});

it("has an icon of its own, and names it", async () => {
  const { page, close } = await visit(browser, at("/"), { lang: "en" });
  const icon = await fetch(at((await page.locator("link[rel=icon]").getAttribute("href")) ?? "/none"));
  expect([icon.status, icon.headers.get("content-type")]).toEqual([200, "image/svg+xml"]);
  await close();
});

it("ends orderly at SIGTERM", async () => {
  const { code, signal, said } = await demo.end();
  expect([code, signal]).toEqual([0, null]);
  expect(said).toMatch(/the demo has ended\n$/);
});
