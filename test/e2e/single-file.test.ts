/** The single-file verifier as somebody opens it from a disk: no network, both languages, by keyboard and by dropping. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { translate, type WordKey } from "#dashboard/i18n/words.ts";
import { buildVerifier } from "#dashboard/verifier/build.ts";
import { type GoldenCase, goldenDir, readGolden } from "../golden/cases.ts";
import { axe, startChromium } from "../support/chromium.ts";
import { rpcOf } from "../support/golden-chain.ts";
import { startEndpoints } from "../support/python-verifier.ts";

const golden = readGolden(1);
const found = (name: string) => golden.find((one) => one.name === name) as GoldenCase;
const folder = mkdtempSync(join(tmpdir(), "coldmark-single-"));
const loads = /^(file|data):/;
let browser: Browser;
let address: string;
let context: BrowserContext;
let page: Page;
let requests: string[];
let complaints: string[];

beforeAll(async () => {
  address = (await buildVerifier()).file.href;
  browser = await startChromium();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

async function open(lang: string): Promise<void> {
  context = await browser.newContext({ locale: lang, viewport: { width: 360, height: 800 } });
  page = await context.newPage();
  [requests, complaints] = [[], []];
  page.on("request", (request) => requests.push(request.url()));
  page.on("pageerror", (fault) => complaints.push(String(fault)));
  page.on("console", (message) => complaints.push(message.text()));
  await page.goto(address);
  await page.locator("#form").waitFor();
}
afterEach(() => context?.close());

function trustFile({ name, trust }: GoldenCase): string {
  const file = join(folder, `${name}.trust.json`);
  writeFileSync(file, trust ?? "");
  return file;
}

async function give(one: GoldenCase): Promise<void> {
  await page.setInputFiles("#bundle", join(goldenDir(1), `${one.name}.bundle.json`));
  await page.setInputFiles("#trust", trustFile(one));
  await page.fill("#code", one.code ?? "");
}

async function outcome(): Promise<string | null> {
  return await page.locator(".outcome").getAttribute("data-result");
}

describe("with the network off", () => {
  const names = [
    "example-offline",
    "no-code",
    "stay-warm",
    "never-seen",
    "other-code",
    "other-reading",
    "other-size",
  ];
  const more = ["no-lot", "truncated", "no-known-key", "rebuilt", "absent-from-above"];

  it.each([
    ["zh-CN", "核验", "证明里说的内容"],
    ["en", "Check", "What the proof says"],
  ] as const)("ends golden bundles as they must end: %s", async (lang, button, answers) => {
    await open(lang);
    await context.setOffline(true);
    const say = translate(lang);
    for (const one of [...names, ...more].map(found)) {
      await give(one);
      await page.getByRole("button", { name: button, exact: true }).click();
      await page.waitForFunction(
        (code) => document.querySelector(".outcome .name")?.textContent === code,
        one.expected.result,
      );
      const text = await page.locator(".outcome").innerText();
      expect([one.name, text.includes(answers)]).toEqual([one.name, one.expected.answers !== null]);
      for (const [at, state] of (one.expected.answers ?? []).entries())
        expect(text).toContain(say(`${["known", "state", "cold"][at]}.${state}` as WordKey));
    }
    expect(await axe(page)).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    expect(requests.filter((url) => !loads.test(url))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it("speaks the other language at once", async () => {
    await open("en");
    const one = found("example-offline");
    await give(one);
    await page.getByRole("button", { name: "Check", exact: true }).click();
    await page.getByText("Proved, not final yet").waitFor();
    await page.locator("#language").click();
    await page.getByText("已证明，尚未最终确定").waitFor();
    expect(await page.title()).toBe("Coldmark 证明核验");
    expect(await page.locator("html").getAttribute("lang")).toBe("zh-CN");
  });

  it("takes files that are dropped on it, and is worked by keyboard alone", async () => {
    await open("en");
    const { bundle, trust, code } = found("example-offline");
    const files = await page.evaluateHandle(
      ([proof, pinned]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([pinned ?? ""], "t.json"));
        transfer.items.add(new File([proof ?? ""], "b.json"));
        return transfer;
      },
      [bundle, trust ?? ""],
    );
    await page.dispatchEvent("body", "drop", { dataTransfer: files });
    await page.getByText("✓ b.json").waitFor();
    await page.getByText("✓ t.json").waitFor();
    await page.locator("#language").focus();
    for (const id of ["bundle", "trust", "code"]) {
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.id")).toBe(id);
    }
    await page.keyboard.type(code ?? "");
    await page.keyboard.press("Enter");
    await page.locator(".outcome").waitFor();
    expect(await outcome()).toBe("VALID_PROVISIONAL");
  });

  it("asks for what is missing, and says of a trust file that it is none", async () => {
    await open("en");
    const button = page.getByRole("button", { name: "Check", exact: true });
    await button.click();
    await page.getByText("Choose a proof first.").waitFor();
    await page.setInputFiles("#bundle", join(goldenDir(1), "../equipment-v1/one-warm-hour.bundle.json"));
    await button.click();
    await page.getByText("This is the proof of an equipment, not of a pack.").waitFor();
    const one = found("example-offline");
    await give({ ...one, trust: "{}" });
    await button.click();
    await page.getByText("This is not a trust file: .chainId must be an integer").waitFor();
  });
});

describe("with an RPC typed", () => {
  it("asks that one address, may ask no other, and ends as golden bundles must end", async () => {
    const names = ["example-final", "no-day", "revoked", "retired-before"];
    const endpoints = await startEndpoints(names.map((name) => rpcOf(found(name).chain as never)));
    const elsewhere = await startEndpoints([]);
    for (const [index, name] of names.entries()) {
      await open("en");
      await give(found(name));
      await page.fill("#rpc", endpoints.urlOf(index));
      await page.getByRole("button", { name: "Check", exact: true }).click();
      await page.locator(".outcome").waitFor();
      expect([name, await outcome()]).toEqual([name, found(name).expected.result]);
      const asked = new Set(requests.filter((url) => !loads.test(url)));
      expect([...asked]).toEqual([endpoints.urlOf(index)]);
      if (index < names.length - 1) await context.close();
    }
    const isReached = (url: string) =>
      page.evaluate(
        (to) =>
          fetch(to, { method: "POST", body: "{}" }).then(
            () => true,
            () => false,
          ),
        url,
      );
    expect(await isReached(endpoints.urlOf(0))).toBe(true);
    expect(await isReached(elsewhere.urlOf(0))).toBe(false);
    await Promise.all([endpoints.stop(), elsewhere.stop()]);
  });

  it("may ask none after a check without one", async () => {
    await open("en");
    const endpoints = await startEndpoints([]);
    const isReached = () =>
      page.evaluate(
        (to) =>
          fetch(to, { method: "POST", body: "{}" }).then(
            () => true,
            () => false,
          ),
        endpoints.urlOf(0),
      );
    expect(await isReached()).toBe(true);
    await give(found("example-offline"));
    await page.getByRole("button", { name: "Check", exact: true }).click();
    await page.locator(".outcome").waitFor();
    expect(await isReached()).toBe(false);
    await endpoints.stop();
  });
});
