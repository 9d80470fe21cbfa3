import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator } from "playwright-core";
import decodeQR from "qr/decode.js";
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
      expect(await readQr(page.locator(".qr"))).toBe(await page.locator(".note-text").textContent());
      expect(await seen.looksWrong(role === "operator" ? widths : [])).toEqual([]);
      expect(seen.trouble()).toEqual([]);
    });
  });
}

/** What a camera reads of a code that the page draws, at four pixels a module. */
async function readQr(code: Locator): Promise<string> {
  const modules = Number((await code.getAttribute("viewBox"))?.split(" ").at(-1));
  const drawn = (await code.locator("path").getAttribute("d")) ?? "";
  const dark = new Set([...drawn.matchAll(/M(\d+) (\d+)/g)].map(([, x, y]) => `${x} ${y}`));
  const width = 4 * modules;
  const data = new Uint8Array(4 * width * width).fill(255);
  for (let at = 0; at < width * width; at += 1) {
    const [x, y] = [Math.floor((at % width) / 4), Math.floor(at / width / 4)];
    if (dark.has(`${x} ${y}`)) data.fill(0, 4 * at, 4 * at + 3);
  }
  return decodeQR({ width, height: width, data });
}
