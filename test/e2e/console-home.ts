import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import type { Site, Sites } from "#api/console-shapes.ts";
import { statesWorstFirst } from "#dashboard/console/states.ts";
import { MANAGERS_PHARMACY } from "#demo/pharmacy-plan.ts";
import { deskOf, roles, visitAs } from "./console-session.ts";
import { at, consoleWords, inBothLanguages, type Lang, type Stage } from "./stage.ts";
import { widths } from "./visit.ts";

/** Design §10: what the home page loads, gzipped. */
const homeBytesMax = 250_000;
const rows = ".sites > li";

/** The answer in words, all sites worst first and live, and the filter that stands in the address. */
export function home(stage: Stage): void {
  it.each(roles)("the %s sees the answer and the own sites, worst first", async (role) => {
    await inBothLanguages(async (lang) => {
      const seen = await deskOf(stage, role, lang, "");
      const { page } = seen;
      await page.locator(rows).first().waitFor();
      const { sites } = await ask<Sites>(page, at(stage, "/v1/sites"));
      const owners = new Set(sites.map(({ organisation }) => organisation.id));
      if (role === "manager") expect([...owners]).toEqual([`demo-pharmacy-${MANAGERS_PHARMACY}`]);
      else expect(sites.length).toBeGreaterThan(120);
      const { states, answer, tone } = await look(page);
      expect(states.length).toBe(sites.length);
      expect(states).toEqual([...states].sort((a, b) => rankOf(a) - rankOf(b)));
      const fine = states.filter((state) => state === "in-range").length;
      const isWell = fine === states.length;
      expect(answer).toContain(fineWords(lang, fine, isWell));
      expect(tone === "good").toBe(isWell);
      await page.getByText(firstPart(lang, "answer.checked")).first().waitFor();
      // The auditor's page is the operator's.
      expect(await seen.looksWrong(role !== "auditor" ? widths : [])).toEqual([]);
      expect(seen.trouble()).toEqual([]);
    });
  });

  it("loads at most 250 kB gzipped", async () => {
    const { page, loadedBytes, close } = await visitAs(stage, "operator", "", { lang: "en" });
    await page.locator(rows).first().waitFor();
    const bytes = await loadedBytes("all");
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThanOrEqual(homeBytesMax);
    await close();
  });

  it("is live: temperatures change without anything being fetched again", async () => {
    const { page, close } = await visitAs(stage, "operator", "", { lang: "en" });
    await page.locator(rows).first().waitFor();
    const frozen = await (await page.request.get(at(stage, "/v1/sites"))).text();
    await page.route("**/v1/sites", (route) =>
      route.fulfill({ body: frozen, contentType: "application/json" }),
    );
    await page.reload();
    await page.locator(rows).first().waitFor();
    const before = await page.locator(`${rows} .degrees`).allInnerTexts();
    await page.waitForFunction(
      ([selector, told]) =>
        [...document.querySelectorAll<HTMLElement>(selector)].map((each) => each.innerText).join() !== told,
      [`${rows} .degrees`, before.join()] as const,
      { timeout: 90_000 },
    );
    await close();
  });

  filters(stage);
}

function filters(stage: Stage): void {
  it("the list narrows by province, text and state, by the address alone, and widens again", async () => {
    await inBothLanguages(async (lang) => {
      const say = consoleWords[lang];
      const seen = await visitAs(stage, "operator", "", { lang, width: 1440 });
      const { page } = seen;
      await page.locator(rows).first().waitFor();
      const { sites } = await ask<Sites>(page, at(stage, "/v1/sites"));
      const inProvince = sites.filter(({ province }) => province?.en === "Guangdong");
      await page.getByLabel(say.text("filter.province")).selectOption("Guangdong");
      await page.waitForURL(/[?&]province=Guangdong/);
      await untilListed(page, lang, inProvince.length, sites.length);
      const named = inProvince.filter((site) => namesOf(site).some((name) => name.includes("广州")));
      await page.getByRole("searchbox", { name: say.text("filter.text") }).fill("广州");
      await page.waitForURL(/[?&]q=/);
      await untilListed(page, lang, named.length, sites.length);
      await page.reload();
      await untilListed(page, lang, named.length, sites.length);

      await page.locator(`${rows} summary`).first().click();
      await page.locator(`${rows} a`).first().click();
      await page.waitForURL(/\/console\/equipment\/[0-9a-f]{32}/);
      await page
        .getByRole("navigation", { name: say.text("nav.label") })
        .getByText(say.text("nav.sites"))
        .click();
      await untilListed(page, lang, named.length, sites.length);

      await page.getByRole("searchbox", { name: say.text("filter.text") }).fill("");
      await page.getByLabel(say.text("filter.province")).selectOption("");
      await page.waitForFunction(() => !/province|q=/.test(location.search));
      await untilListed(page, lang, sites.length, sites.length);
      const chips = page.getByRole("group", { name: say.text("filter.state") });
      await chips.getByText(say.text("state.sensor-fault")).click();
      await page.waitForURL(/[?&]state=sensor-fault/);
      await page.waitForFunction(() => document.querySelectorAll(".sites > li").length < 20);
      expect((await look(page)).states).toContain("sensor-fault");
      expect(seen.trouble()).toEqual([]);
      await seen.close();
    });
  });
}

/** What the whole list says at one moment: it changes while it is looked at. */
async function look(page: Page): Promise<{ states: string[]; answer: string; tone: string }> {
  return page.evaluate(() => ({
    states: [...document.querySelectorAll<HTMLElement>(".sites > li")].map((row) => row.dataset.state ?? ""),
    answer: document.querySelector<HTMLElement>(".answer .sentence")?.innerText ?? "",
    tone: document.querySelector<HTMLElement>(".answer")?.dataset.tone ?? "",
  }));
}

/** Asks the server as whoever is signed in on that page. */
async function ask<Shape>(page: Page, url: string): Promise<Shape> {
  return (await (await page.request.get(url)).json()) as Shape;
}

async function untilListed(page: Page, lang: Lang, shown: number, all: number): Promise<void> {
  const say = consoleWords[lang];
  const title = shown === all ? say.count("home.sites", all) : say.count("home.sitesOf", all, { shown });
  await page.getByRole("heading", { level: 2, name: title, exact: true }).waitFor();
  expect(await page.locator(rows).count()).toBe(shown);
}

function fineWords(lang: Lang, fine: number, isWell: boolean): string {
  const say = consoleWords[lang];
  if (isWell) return say.count("answer.allWell", fine);
  return fine === 0 ? "" : say.count("answer.fine", fine);
}

/** A sentence up to its first blank. */
function firstPart(lang: Lang, key: "answer.checked"): string {
  return consoleWords[lang].text(key, { checked: "\u0000" }).split("\u0000")[0] ?? "";
}

const rankOf = (state: string) => (statesWorstFirst as readonly string[]).indexOf(state);
const namesOf = ({ names, city, organisation }: Site) => [names.zh, city?.zh ?? "", organisation.names.zh];
