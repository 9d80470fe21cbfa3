import { expect, it } from "vitest";
import { accountOf, fillSignIn, type Role, roles } from "./console-session.ts";
import { at, consoleWords, inBothLanguages, type Lang, type Stage } from "./stage.ts";
import { type Visit, visit, widths } from "./visit.ts";

/** Signing in by the form, in vain first (ten failed tries a minute are all that a net has); signing out. */
export function entrance(stage: Stage): void {
  it.each(roles)(
    "the %s signs in after a wrong password, to where one was sent from, and out again",
    async (role) => {
      await inBothLanguages(async (lang) => {
        const seen = await visit(stage.browser, at(stage, "/console/log"), { lang });
        const { page } = seen;
        const signOut = page.getByRole("button", { name: consoleWords[lang].text("nav.signOut") });
        await page.waitForURL(/\/console\/sign-in\?to=%2Flog$/);
        expect(await seen.looksWrong(role === "operator" ? widths : [])).toEqual([]);
        for (const width of widths) {
          await page.setViewportSize({ width, height: 800 });
          if (width === widths[0]) await failToEnter(stage, seen, role, lang);
          await enter(stage, seen, role, lang);
          await signOut.click();
          await page.waitForURL(/\/console\/sign-in$/);
          expect(await page.context().cookies()).toEqual([]);
          await seen.open(at(stage, "/console/log"));
          await page.waitForURL(/\/console\/sign-in\?to=%2Flog$/);
        }
        // The live stream, and what it has a page read anew, may ask once more before the page is gone.
        const afterwards = /\/v1\/live|\/v1\/sites .*\b401\b/;
        expect(seen.trouble().filter((line) => !afterwards.test(line))).toEqual([]);
        await seen.close();
      });
    },
  );
}

async function failToEnter(stage: Stage, seen: Visit, role: Role, lang: Lang): Promise<void> {
  const { page } = seen;
  const { email, password } = accountOf(stage, role);
  await fillSignIn(page, lang, email, `not ${password}`);
  const refusal = page.getByRole("alert").filter({ hasText: /\S/ });
  await refusal.waitFor();
  expect(await refusal.innerText()).toBe(consoleWords[lang].text("signIn.wrong"));
  expect(new URL(page.url()).pathname).toBe("/console/sign-in");
  expect(await page.context().cookies()).toEqual([]);
  // Chromium calls the refusal itself an error; it was asked for.
  expect(seen.trouble().filter((line) => !line.includes("/auth/sign-in/email"))).toEqual([]);
}

async function enter(stage: Stage, { page }: Visit, role: Role, lang: Lang): Promise<void> {
  const { email, password } = accountOf(stage, role);
  const say = consoleWords[lang];
  await fillSignIn(page, lang, email, password);
  await page.waitForURL(/\/console\/log$/);
  await page.getByRole("heading", { level: 1, name: say.text("log.title") }).waitFor();
  expect(await page.getByText(say.text(`role.${role}`)).count()).toBeGreaterThan(0);
}
