import type { Page } from "playwright-core";

/** Presses Tab until a condition holds, as somebody would who looks for it. @throws Error when it never does */
export async function tabUntil(page: Page, condition: string): Promise<void> {
  for (let pressed = 0; pressed < 60; pressed++) {
    if (await page.evaluate(condition)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`60 times Tab don't lead to ${condition}`);
}
