import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import type { EquipmentSummary, Sites } from "#api/console-shapes.ts";
import type { EquipmentBundle } from "#domain/log/equipment-bundle.ts";
import { deskOf, type Role, roles, visitAs } from "./console-session.ts";
import { at, consoleWords, inBothLanguages, type Lang, type Stage } from "./stage.ts";

/** What each role looks at: the manager the refrigerator whose power was cut, the operator eight points, the auditor a fault. */
const chosen: Readonly<Record<Role, (equipment: EquipmentSummary) => boolean>> = {
  operator: ({ kind, points }) => kind === "coldroom" && points === 8,
  manager: ({ points }) => points === 3,
  auditor: ({ state }) => state === "sensor-fault",
};

/** One piece of equipment: its sentence, its chart in two periods, the same as a table. */
export function equipment(stage: Stage): void {
  it.each(roles)(
    "the %s opens equipment and sees its chart, of another period too, and as a table",
    async (role) => {
      const label = await labelOf(stage, role);
      await inBothLanguages(async (lang) => {
        const seen = await deskOf(stage, role, lang, `equipment/${label}`);
        const { page } = seen;
        const say = consoleWords[lang];
        await untilDrawn(page, lang);
        expect(await page.locator(".answer .sentence").innerText()).toMatch(/\S/);
        expect(
          await page.getByRole("button", { name: say.text("period.24h") }).getAttribute("aria-pressed"),
        ).toBe("true");
        const day = await chartLabel(page);
        await page.getByRole("button", { name: say.text("period.7d") }).click();
        await page.waitForURL(/[?&]range=7d/);
        await page.waitForFunction(
          (before) => document.querySelector("[role=img]")?.getAttribute("aria-label") !== before,
          day,
        );
        await untilDrawn(page, lang);
        await page.getByText(say.text("table.title"), { exact: true }).click();
        const readings = page.getByRole("table", { name: say.text("table.readings"), exact: true });
        await readings.waitFor();
        expect(await readings.getByRole("row").count()).toBeGreaterThan(3);
        const text = await page.locator("main").innerText();
        if (role === "manager") {
          expect(text).toContain(say.text("chart.row.power"));
          // One is made at a time for each organisation, and both languages walk at once.
          if (lang === "zh-CN") await takeProof(page, lang, label);
        }
        expect(await seen.looksWrong()).toEqual([]);
        expect(seen.trouble()).toEqual([]);
      });
    },
  );

  it("the manager is told of somebody else's equipment only that it isn't there or isn't theirs", async () => {
    const label = await labelOf(stage, "operator");
    const { page, trouble, close } = await visitAs(stage, "manager", `equipment/${label}`, { lang: "en" });
    await page
      .getByRole("alert")
      .filter({ hasText: consoleWords.en.text("trouble.notFound") })
      .waitFor();
    expect(await page.getByRole("img").count()).toBe(0);
    expect(trouble().filter((line) => !line.includes(label))).toEqual([]);
    await close();
  });
}

/** The proof of the shown period, as a file that says of what and of when it is. */
async function takeProof(page: Page, lang: Lang, label: string): Promise<void> {
  const arriving = page.waitForEvent("download");
  await page.getByRole("button", { name: consoleWords[lang].text("proof.download") }).click();
  const file = await arriving;
  expect(file.suggestedFilename()).toBe(`${label}.bundle.json`);
  const { equipment: of, from, to } = JSON.parse(readFileSync(await file.path(), "utf8")) as EquipmentBundle;
  expect([of, to - from]).toEqual([label, 7 * 86_400_000]);
  await page.getByRole("button", { name: consoleWords[lang].text("proof.download") }).waitFor();
}

/** The label of the equipment that a role looks at, as the list of sites has it. */
async function labelOf(stage: Stage, role: Role): Promise<string> {
  const { page } = await deskOf(stage, role, "en", "log");
  const { sites } = (await (await page.request.get(at(stage, "/v1/sites"))).json()) as Sites;
  const found = sites.flatMap((site) => site.equipment).find(chosen[role]);
  if (found === undefined) throw new Error(`there is nothing for the ${role} to look at`);
  return found.label;
}

/** Waits until the chart has drawn something: a canvas that is not of one colour. */
async function untilDrawn(page: Page, lang: Lang): Promise<void> {
  await page.getByRole("heading", { level: 2, name: consoleWords[lang].text("chart.title") }).waitFor();
  await page.waitForFunction(() => {
    const canvas = document.querySelector<HTMLCanvasElement>("[role=img] canvas");
    const pixels = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data;
    return pixels !== undefined && new Set(new Uint32Array(pixels.buffer)).size > 10;
  });
}

async function chartLabel(page: Page): Promise<string> {
  return (await page.locator("[role=img]").getAttribute("aria-label")) ?? "";
}
