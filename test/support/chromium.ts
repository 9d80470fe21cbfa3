import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { AxeResults, Result } from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";

const executablePath = "/usr/bin/chromium";
const startMs = 120_000;
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Debian's Chromium, headless, with an empty profile that goes when the browser is closed.
 * Throws naming the package when it is not installed, so that a suite fails instead of passing by skipping.
 */
export async function startChromium(): Promise<Browser> {
  if (!existsSync(executablePath)) {
    throw new Error(
      `${executablePath} is missing: install Debian's package "chromium" (and "fonts-noto-cjk")`,
    );
  }
  return chromium.launch({ executablePath, args: flags, headless: true, timeout: startMs });
}

/**
 * The serious and critical accessibility faults of a page, by axe-core's rules.
 * axe is evaluated by the debugger, not put in a script element: the page's own CSP stays in force.
 */
export async function axe(page: Page): Promise<Result[]> {
  if (await page.evaluate("window.axe === undefined")) {
    const source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    await page.evaluate(source);
  }
  const results = await page.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations"] })');
  return results.violations.filter(({ impact }) => impact === "serious" || impact === "critical");
}
