import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { coldmark } from "../support/service.ts";
import { type CaseWords, cases, stillOffline, untilTold } from "./patient-cases.ts";
import { at, inBothLanguages, type Lang, pageWords, type Stage, scanOf } from "./stage.ts";
import { type Visit, visit } from "./visit.ts";

const scriptBytesMax = 60_000;
/** Big word, sentence below it, and the four answers: what must be the same with and without script. */
const told = {
  word: "#verdict",
  sentence: ".verdict .sentence",
  known: "[data-question=known] .answer",
  state: "[data-question=state] .answer",
  cold: "[data-question=cold] .answer",
  proof: "[data-question=proof] .answer",
};

const htmlLang = (page: Page) => page.locator("html").getAttribute("lang");

/** The pack whose gateway is offline is told with its gap; must be the first test, as its gateway soon comes back. */
export function packOfOfflineGateway(stage: Stage): void {
  it("the page of the pack backfilled, its gateway still offline, says that it was not measured for a while", async () => {
    await untilTold(scanOf(stage, "backfilled").url, stillOffline);
    await inBothLanguages((lang) => seeCase(stage, "backfilled", stillOffline, lang));
  });
}

/** The same pack once its gateway is back and what it kept is sealed and anchored. */
export function packOfGatewayThatCameBack(stage: Stage): void {
  it("the page of the pack backfilled, its gateway back again, says that it was kept cold", async () => {
    const words = cases.backfilled as CaseWords;
    await untilTold(scanOf(stage, "backfilled").url, words, 150_000);
    await inBothLanguages((lang) => seeCase(stage, "backfilled", words, lang));
  });
}

/** Every other case, in both languages. */
export function casePages(stage: Stage): void {
  it("the demo names a page for each of its cases, and whom it lets sign in", () => {
    const { scans, login } = stage.demo.introduction;
    expect(scans.map((scan) => scan.case).sort()).toEqual(Object.keys(cases).sort());
    for (const { url } of scans) expect(new URL(url).origin).toBe(new URL(at(stage, "/")).origin);
    expect(login.apiKey).toMatch(/^cmk_/);
    expect(login.accounts.map(({ role }) => role).sort()).toEqual(["auditor", "manager", "operator"]);
  });

  const steady = Object.entries(cases).filter(([name]) => name !== "backfilled");
  it.each(steady)(
    "the page of the pack %s says its verdict, proves it again, and tells the same without script",
    async (name, words) => {
      await untilTold(scanOf(stage, name).url, words);
      await inBothLanguages((lang) => seeCase(stage, name, words, lang));
    },
  );
}

/** A module with nothing in it. */
const emptyModule = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** The page that hashes in WebAssembly may; the one with scripts of others may not. */
export function webAssembly(stage: Stage): void {
  it.each([
    ["a pack's page may", (one: Stage) => scanOf(one, "good").url, true],
    ["the page of the API may not", (one: Stage) => at(one, "/docs"), false],
  ] as const)("%s compile WebAssembly", async (_what, urlOf, isAllowed) => {
    const { page } = await visit(stage.browser, urlOf(stage), { lang: "en" });
    const compiled = await page.evaluate(
      (bytes) =>
        WebAssembly.compile(Uint8Array.from(bytes)).then(
          () => true,
          () => false,
        ),
      emptyModule,
    );
    expect(compiled).toBe(isAllowed);
  });
}

async function seeCase(stage: Stage, name: string, { key }: CaseWords, lang: Lang): Promise<void> {
  const { url } = scanOf(stage, name);
  const [plain, seen] = await phones(stage, lang);
  expect(await Promise.all([openInTime(plain, url), openInTime(seen, url)])).toEqual([200, 200]);
  const answers = await read(seen.page);
  expect(answers.word).toContain(pageWords[lang](`headline.${key}.word`));
  expect(await read(plain.page)).toEqual(answers);
  expect([await htmlLang(plain.page), await htmlLang(seen.page)]).toEqual([lang, lang]);
  await seen.page.locator('#check[data-outcome="agrees"]').waitFor();
  expect(await plain.page.locator("#check").getAttribute("data-outcome")).toBeNull();
  expect(await read(seen.page)).toEqual(answers);
  expect(await seen.looksWrong()).toEqual([]);
  const bytes = await seen.loadedBytes("scripts");
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(scriptBytesMax);
  expect(seen.trouble()).toEqual([]);
}

/** A server that is too busy says 503 and "try again later"; so the visitor does, three times. */
async function openInTime(phone: Visit, url: string): Promise<number> {
  let status = 503;
  for (let tries = 0; status === 503 && tries < 4; tries++) {
    phone.trouble();
    status = await phone.open(url);
  }
  return status;
}

const kept = new Map<Lang, Promise<[plain: Visit, seen: Visit]>>();

/** Two phones for each language, one that runs no scripts; they go from pack to pack. */
function phones(stage: Stage, lang: Lang): Promise<[plain: Visit, seen: Visit]> {
  const url = at(stage, "/");
  const both =
    kept.get(lang) ?? Promise.all([false, true].map((script) => visit(stage.browser, url, { lang, script })));
  kept.set(lang, both as Promise<[Visit, Visit]>);
  return both as Promise<[Visit, Visit]>;
}

async function read(page: Page): Promise<Record<string, string>> {
  const texts = await Promise.all(
    Object.entries(told).map(async ([name, selector]) => [name, await page.locator(selector).innerText()]),
  );
  return Object.fromEntries(texts);
}

/** What a patient's page leads to: the other language, a bundle that verifies elsewhere, and doubt said aloud. */
export function pageOfOnePack(stage: Stage): void {
  it("gives a bundle that verifies by the trust file and the chain's own address, as README says", async () => {
    const { data, introduction } = stage.demo;
    const { code } = scanOf(stage, "good");
    const bundle = await fetch(at(stage, `/v1/provenance/${encodeURIComponent(code)}/bundle`));
    const file = join(data, "good.json");
    writeFileSync(file, await bundle.text());
    const flags = ["--trust", join(data, "trust.json"), "--code", code, "--rpc", introduction.rpc];
    const verified = await coldmark(["verify", file, ...flags]);
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringMatching(/^VALID_FINAL\n/) });
  });

  it("the page in the other language is one touch away", async () => {
    const { page, close } = await visit(stage.browser, scanOf(stage, "warm").url, { lang: "zh-CN" });
    await page.locator("a.language").click();
    await page.locator('html[lang="en"]').waitFor();
    expect(await page.locator("#verdict").innerText()).toContain(pageWords.en("headline.warm.word"));
    await close();
  });

  it("doubts the verdict aloud when the proof is not the one the page was told from", async () => {
    const { page, close } = await visit(stage.browser, "about:blank", { lang: "en" });
    await page.route(/\/bundle$/, async (route) => {
      const text = await (await route.fetch()).text();
      await route.fulfill({ body: text.replace(/"step":"\w+"/, '"step":"destroying"') });
    });
    await page.goto(scanOf(stage, "good").url);
    await page.locator('#check[data-outcome="stop"]').waitFor();
    expect(await page.locator("#check-status").getAttribute("role")).toBe("alert");
    expect(await page.locator(".verdict.doubted").count()).toBe(1);
    await close();
  });

  it("a label with another lot is told as that, and goes on warning where the check says so too", async () => {
    const url = scanOf(stage, "good").url.replace(/\/10\/[^/]+\//, "/10/ANOTHER/");
    const { page, close } = await visit(stage.browser, url, { lang: "en" });
    await page.locator('#check[data-outcome="stop"]').waitFor();
    expect(await page.locator("#verdict").innerText()).toContain(pageWords.en("headline.otherLot.word"));
    expect(await page.locator(".verdict.tone-stop:not(.doubted)").count()).toBe(1);
    await close();
  });
}
