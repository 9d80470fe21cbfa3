import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import type { Alarms } from "#api/console-shapes.ts";
import { deskOf } from "./console-session.ts";
import { at, consoleWords, inBothLanguages, type Lang, type Stage } from "./stage.ts";

const reason = "断电，药品已移至另一台冷藏柜 (power was cut)";

/** Alarms: who may take one up does so with a reason; afterwards everybody sees who it was and when. */
export function alarms(stage: Stage): void {
  it("the auditor sees them and can take up none", async () => {
    await inBothLanguages(async (lang) => {
      const { text } = consoleWords[lang];
      const seen = await deskOf(stage, "auditor", lang, "alarms");
      const { page } = seen;
      await page.getByRole("table", { name: text("alarms.title") }).waitFor();
      expect(await page.getByText(text("alarms.readOnly")).count()).toBe(1);
      expect(await page.getByRole("row").count()).toBeGreaterThan(5);
      const take = page.locator("main").getByRole("button", { name: text("alarm.acknowledge") });
      expect(await take.count()).toBe(0);
      expect(await seen.looksWrong()).toEqual([]);
      expect(seen.trouble()).toEqual([]);
    });
  });

  it("the operator looks at the form, thinks better of it, and nothing is recorded", async () => {
    await inBothLanguages(async (lang) => {
      const seen = await deskOf(stage, "operator", lang, "alarms");
      const { page } = seen;
      await openForm(page, lang);
      expect(await seen.looksWrong()).toEqual([]);
      await page.getByRole("button", { name: consoleWords[lang].text("ack.cancel") }).click();
      await page.getByRole("dialog").waitFor({ state: "detached" });
      expect((await allAlarms(stage, page)).filter(({ acknowledged }) => acknowledged !== null)).toEqual([]);
      expect(seen.trouble()).toEqual([]);
    });
  });

  it("the manager takes up the alarm of the own pharmacy and says why", async () => {
    const seen = await deskOf(stage, "manager", "zh-CN", "alarms");
    const { page } = seen;
    const { text } = consoleWords["zh-CN"];
    await openForm(page, "zh-CN");
    await page.getByRole("radio", { name: text("action.moved") }).check();
    await page.getByLabel(text("ack.reason")).fill(reason);
    await page
      .getByRole("dialog")
      .getByRole("button", { name: text("ack.save") })
      .click();
    await page.getByText(text("ack.saved")).waitFor();
    const taken = (await allAlarms(stage, page)).filter(({ acknowledged }) => acknowledged !== null);
    expect(taken.map(({ acknowledged }) => acknowledged)).toEqual([
      { at: expect.stringMatching(/^\d{4}-.*Z$/), by: "Demo manager", action: "moved", reason },
    ]);
    expect(seen.trouble()).toEqual([]);
  });

  it("afterwards the auditor sees who took it up, when and why", async () => {
    await inBothLanguages(async (lang) => {
      const { page } = await deskOf(stage, "auditor", lang, "alarms?show=all");
      const row = page.getByRole("row").filter({ hasText: reason });
      await row.waitFor();
      const told = await row.innerText();
      expect(told).toContain(consoleWords[lang].text("action.moved"));
      expect(told).toMatch(/Demo manager[，,] ?\d\d:\d\d/);
    });
  });
}

async function openForm(page: Page, lang: Lang): Promise<void> {
  await page
    .getByRole("button", { name: consoleWords[lang].text("alarm.acknowledge") })
    .first()
    .click();
  await page.getByRole("dialog", { name: consoleWords[lang].text("ack.title") }).waitFor();
}

async function allAlarms(stage: Stage, page: Page): Promise<Alarms["alarms"]> {
  const answer = await page.request.get(at(stage, "/v1/alarms?state=all&limit=50"));
  return ((await answer.json()) as Alarms).alarms;
}
