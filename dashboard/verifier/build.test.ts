import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { buildVerifier, type VerifierPage } from "./build.ts";
import { pageWords } from "./words.ts";

const sizeMax = 60_000;
let page: VerifierPage;
let html: string;

beforeAll(async () => {
  page = await buildVerifier();
  html = readFileSync(page.file, "utf8");
});

/** The script as the page unpacks it, read here from its seven bits a character anew. */
function unpacked(): string {
  const text = /id="packed">([^<]*)</.exec(html)?.[1] ?? "";
  const bits = [...text]
    .map((one) => one.charCodeAt(0))
    .map((code) => (code < 192 ? code : [0, 13, 60][code - 192]!).toString(2).padStart(7, "0"))
    .join("");
  const bytes = Array.from({ length: Math.floor(bits.length / 8) }, (_, at) =>
    Number.parseInt(bits.slice(8 * at, 8 * at + 8), 2),
  );
  return inflateRawSync(Uint8Array.from(bytes)).toString("utf8");
}

const hashOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

describe("the single-file verifier", () => {
  it("is smaller than 60 kB and has nothing to load", () => {
    expect(page.bytes).toBeLessThan(sizeMax);
    expect(page.bytes).toBe(readFileSync(page.file).length);
    expect(html.replace(/id="packed">[^<]*</, "")).not.toMatch(
      /\b(?:src|srcset|href)="(?!data:,")|@import|url\(/,
    );
  });

  it("is the same at each build", async () => {
    expect((await buildVerifier()).sha256).toBe(page.sha256);
  });

  it("runs by its policy what it was built with, and nothing else", () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? "";
    const loader = /<script>([\s\S]*?)<\/script>/.exec(html)?.[1] ?? "";
    const style = /textContent=('|")(:root\{.*?)\1/.exec(unpacked())?.[2] ?? "";
    expect(policy).toContain(`script-src ${hashOf(loader)} ${hashOf(unpacked())};`);
    expect(policy).toContain(`style-src ${hashOf(style)};`);
    expect(policy).toMatch(/^default-src 'none'; /);
    expect(policy).not.toMatch(/unsafe|\*|strict-dynamic/);
  });

  it("calls a proof of another lot no proof of another code only, and says what to do", () => {
    expect(pageWords.en["means.SUBJECT_MISMATCH"]).toMatch(/another code or lot.*Compare the box/);
    expect(pageWords["zh-CN"]["means.SUBJECT_MISMATCH"]).toMatch(/追溯码或另一批号.*核对药盒/);
  });

  it("says the same in both languages", () => {
    expect(Object.keys(pageWords.en).sort()).toEqual(Object.keys(pageWords["zh-CN"]).sort());
    const blanks = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
    for (const key of Object.keys(pageWords.en) as (keyof typeof pageWords.en)[])
      expect(blanks(pageWords["zh-CN"][key])).toEqual(blanks(pageWords.en[key]));
  });
});
