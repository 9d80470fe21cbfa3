import type { Browser } from "playwright-core";
import { sayIn } from "#dashboard/console/words.ts";
import { translate } from "#dashboard/i18n/words.ts";
import type { TestDemo } from "./start-demo.ts";

/** What every part of the walk plays on: one running demo, one browser. Filled in before the first test. */
export interface Stage {
  demo: TestDemo;
  browser: Browser;
}

/** The languages of the walk. */
export const langs = ["zh-CN", "en"] as const;
/** One of them. */
export type Lang = (typeof langs)[number];

/** Does the same in both languages at the same time: the machine of the tests has two cores. @throws what went wrong first, with its language */
export async function inBothLanguages(walk: (lang: Lang) => Promise<void>): Promise<void> {
  const tell = (lang: Lang) => (error: unknown) => {
    if (error instanceof Error) error.message = `in ${lang}: ${error.message}`;
    throw error;
  };
  const ends = await Promise.allSettled(langs.map((lang) => walk(lang).catch(tell(lang))));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

/** The words of the console and of the patient's page, by language: the tests say nothing by heart. */
export const consoleWords = { "zh-CN": sayIn("zh-CN"), en: sayIn("en") } as const;
/** The patient's page's words by language. */
export const pageWords = { "zh-CN": translate("zh-CN"), en: translate("en") } as const;

/** The address of a path on the demo's server. */
export function at({ demo }: Stage, path: string): string {
  return new URL(path, demo.introduction.console).href;
}

/** What demo.json says of a case. @throws Error when it names none such */
export function scanOf({ demo }: Stage, name: string): { readonly code: string; readonly url: string } {
  const scan = demo.introduction.scans.find((each) => each.case === name);
  if (scan === undefined) throw new Error(`demo.json names no case ${name}`);
  return scan;
}
