/** How the three people of the demo come into the console. */
import type { Page } from "playwright-core";
import { at, consoleWords, type Lang, type Stage } from "./stage.ts";
import type { DemoAccount } from "./start-demo.ts";
import { type Visit, type Visitor, visit, widths } from "./visit.ts";

/** Who may sign in at the demo. */
export type Role = DemoAccount["role"];
/** All of them: the operator and an auditor see every organisation, the manager one pharmacy. */
export const roles = ["operator", "manager", "auditor"] as const satisfies readonly Role[];

type Session = NonNullable<Visitor["session"]>;
const sessions = new Map<Role, Promise<Session>>();
const desks = new Map<string, Promise<Visit>>();

/** The account of a role. @throws Error when demo.json names none */
export function accountOf({ demo }: Stage, role: Role): DemoAccount {
  const account = demo.introduction.login.accounts.find((each) => each.role === role);
  if (account === undefined) throw new Error(`demo.json names no ${role}`);
  return account;
}

/** Fills in the form of the sign-in page that is open, and sends it. */
export async function fillSignIn(page: Page, lang: Lang, email: string, password: string): Promise<void> {
  const say = consoleWords[lang];
  await page.getByLabel(say.text("signIn.email")).fill(email);
  await page.getByLabel(say.text("signIn.password")).fill(password);
  await page.getByRole("button", { name: say.text("signIn.submit"), exact: true }).click();
}

/** Opens a page of the console (a path under /console/) as somebody who is signed in; each role signs in but once. */
export async function visitAs(
  stage: Stage,
  role: Role,
  path: string,
  visitor: Omit<Visitor, "session">,
): Promise<Visit> {
  const session = await sessionOf(stage, role);
  return visit(stage.browser, at(stage, `/console/${path}`), { ...visitor, session });
}

/**
 * A page of the console (a path under /console/) on a screen that a role keeps for each language: it goes there as by a
 * click, without loading anything again. Not for two tests at once.
 */
export async function deskOf(stage: Stage, role: Role, lang: Lang, path: string): Promise<Visit> {
  const name = `${role} ${lang}`;
  const open = desks.get(name) ?? visitAs(stage, role, "", { lang });
  desks.set(name, open);
  const desk = await open;
  await desk.page.setViewportSize({ width: widths[0], height: 800 });
  await desk.page.getByRole("navigation").first().waitFor();
  await desk.page.evaluate((to) => {
    history.pushState({}, "", to);
    dispatchEvent(new PopStateEvent("popstate"));
  }, `/console/${path}`);
  await headingOf(desk, lang, path).waitFor();
  return desk;
}

const titles = [
  ["alarms", "alarms.title"],
  ["findings", "findings.title"],
  ["packs", "packs.title"],
  ["gateways", "gw.title"],
  ["log", "log.title"],
  ["", "home.title"],
] as const;

/** The heading of the page at a path; equipment is headed by its own name, so by none of the others. */
function headingOf({ page }: Visit, lang: Lang, path: string) {
  const { text } = consoleWords[lang];
  const title = titles.find(([start]) => path === start || (start !== "" && path.startsWith(start)));
  const heading = page.getByRole("heading", { level: 1 });
  if (title !== undefined) return heading.and(page.getByText(text(title[1]), { exact: true }));
  return titles.reduce((others, [, key]) => others.filter({ hasNotText: text(key) }), heading);
}

function sessionOf(stage: Stage, role: Role): Promise<Session> {
  const session = sessions.get(role) ?? signIn(stage, role);
  sessions.set(role, session);
  return session;
}

async function signIn(stage: Stage, role: Role): Promise<Session> {
  const { email, password } = accountOf(stage, role);
  const { page, close } = await visit(stage.browser, at(stage, "/console/"), { lang: "en" });
  await fillSignIn(page, "en", email, password);
  await page.getByRole("button", { name: consoleWords.en.text("nav.signOut") }).waitFor();
  const session = await page.context().storageState();
  await close();
  return session;
}
