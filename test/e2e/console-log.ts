import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { deskOf, roles } from "./console-session.ts";
import { consoleWords, inBothLanguages, type Stage } from "./stage.ts";
import { widths } from "./visit.ts";

/** The log as each role sees it: anchored, on a chain that proves nothing to outsiders, and how to check without us. */
export function log(stage: Stage): void {
  it.each(roles)("the %s reads what the log proves", async (role) => {
    await inBothLanguages(async (lang) => {
      const { text } = consoleWords[lang];
      const seen = await deskOf(stage, role, lang, "log");
      const { page } = seen;
      await page.locator("[data-state=anchored]").waitFor();
      expect(await page.locator(".answer .sentence").innerText()).toBe(text("log.state.anchoredOwn"));
      const { contract } = JSON.parse(readFileSync(join(stage.demo.data, "trust.json"), "utf8")) as {
        contract: string;
      };
      const said = await page.locator("main").innerText();
      expect(said).toContain(text("log.proves.operator"));
      expect(said.toLowerCase()).toContain(contract.toLowerCase());
      const checkpoints = page.getByRole("table", { name: text("log.checkpoints") });
      expect(await checkpoints.getByRole("row").count()).toBeGreaterThan(1);
      expect(await seen.looksWrong(role === "operator" ? widths : [])).toEqual([]);
      expect(seen.trouble()).toEqual([]);
    });
  });
}
