/** Builds the single-file verifier: one page with all in it, that opens from a disk without a network. */
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import { build, transform } from "esbuild";
import { wordsFor } from "../i18n/words.ts";
import { pageWords } from "./words.ts";

/** The built page: where it lies, how large it is, and the hash that tells one copy of it from a changed one. */
export interface VerifierPage {
  readonly file: URL;
  readonly bytes: number;
  readonly sha256: string;
}

const built = new URL("./dist/coldmark-verifier.html", import.meta.url);
const fromPatientsPage = ["result.", "question.", "known.", "state.", "cold.", "reason.STATEMENTS"];
const shownWord = /^(?:result|known|state|cold|reason)\.[A-Z_]+$|^question\.(?:known|state|cold)$/;

/**
 * The check is carried deflated, seven bits a character, since its text alone would be twice as large as the page may be;
 * the browser unpacks it, and runs it only if its hash is the one in the page's policy.
 */
const loader = `(async () => {
const bytes = [];
let bits = 0, count = 0;
for (const one of document.getElementById("packed").textContent) {
  const code = one.charCodeAt(0);
  bits = (bits << 7) | (code < 192 ? code : [0, 13, 60][code - 192]);
  count += 7;
  if (count > 7) bytes.push((bits >> (count -= 8)) & 255);
}
const stream = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
const script = document.createElement("script");
script.textContent = await new Response(stream).text();
document.head.append(script);
document.getElementById("old").remove();
})();`;

/** Builds the page into `dist/coldmark-verifier.html`; throws esbuild's errors. */
export async function buildVerifier(): Promise<VerifierPage> {
  const [style, page] = await Promise.all([styles(), textOf("./page.html")]);
  const script = await bundle(style);
  const start = (await transform(loader, { minify: true, target: "es2022" })).code.trim();
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(start)} ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    ...["img-src data:", "connect-src https: http:", "base-uri 'none'", "form-action 'none'"],
  ].join("; ");
  const packed = packed7(deflated(script));
  const parts: Readonly<Record<string, string>> = { policy, packed, loader: start };
  const html = page.replace(/\/\*(\w+)\*\//g, (_, name: string) => parts[name] ?? "");
  await mkdir(new URL(".", built), { recursive: true });
  await writeFile(built, html);
  const bytes = Buffer.byteLength(html);
  return { file: built, bytes, sha256: createHash("sha256").update(html).digest("hex") };
}

/** The script with the page's words, style and form: packed with it they take less, and nothing of them works without it. */
async function bundle(style: string): Promise<string> {
  const words = (["zh-CN", "en"] as const).map((lang) => [
    lang,
    { ...taken(wordsFor(lang, fromPatientsPage)), ...pageWords[lang] },
  ]);
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("./main.ts", import.meta.url))],
    define: {
      builtWords: JSON.stringify(Object.fromEntries(words)),
      builtStyle: JSON.stringify(style),
      builtForm: JSON.stringify((await textOf("./form.html")).replaceAll("\n", "")),
    },
    ...{ bundle: true, minify: true, write: false, format: "iife", target: "es2022", platform: "browser" },
    ...{ legalComments: "none", logLevel: "silent", charset: "utf8" },
  });
  return outputFiles[0]?.text ?? "";
}

/** Where deflate begins its blocks depends on its memory, and some hundred bytes on where they begin: the shortest is taken. */
function deflated(script: string): Buffer {
  const tried = [5, 6, 7, 8, 9].map((memLevel) => deflateRawSync(script, { level: 9, memLevel }));
  return tried.reduce((best, one) => (one.length < best.length ? one : best));
}

function taken(words: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(words).filter(([key]) => shownWord.test(key)));
}

/** The page's style with those of the shared tokens that it uses. */
async function styles(): Promise<string> {
  const own = await textOf("./page.css");
  const tokens = await textOf("../tokens.css");
  const isUsed = (name: string) => `${own}${tokens}`.includes(`var(${name})`);
  const used = tokens.replace(/^\s*(--[\w-]+):[^;]*;/gm, (rule, name: string) => (isUsed(name) ? rule : ""));
  return (await transform(used + own, { loader: "css", minify: true })).code.trim();
}

/** Bytes at seven bits a character. Those that HTML bends or ends a script with (NUL, CR, <) are À, Á, Â. */
function packed7(bytes: Uint8Array): string {
  let [text, bits, count] = ["", 0, 0];
  const put = (code: number) => {
    const bent = [0, 13, 60].indexOf(code);
    text += String.fromCharCode(bent < 0 ? code : 192 + bent);
  };
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xffff;
    for (count += 8; count >= 7; count -= 7) put((bits >> (count - 7)) & 127);
  }
  if (count > 0) put((bits << (7 - count)) & 127);
  return text;
}

async function textOf(name: string): Promise<string> {
  return await readFile(new URL(name, import.meta.url), "utf8");
}

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
