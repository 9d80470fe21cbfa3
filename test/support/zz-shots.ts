import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { build } from "esbuild";
import { scanAssets } from "#dashboard/scan/assets.ts";
import { scanPage } from "#dashboard/scan/page.ts";
import { unknownPage } from "#dashboard/scan/unknown-page.ts";
import { problemPage } from "#dashboard/scan/problem-page.ts";
import { indexPage } from "#dashboard/scan/index-page.ts";
import * as S from "#dashboard/scan/sample-answers.ts";
import { axe, startChromium } from "./chromium.ts";
const stub = await build({ entryPoints: ["dashboard/scan/browser/check.ts"], bundle: true, write: false, format: "esm", plugins: [{ name: "s", setup(b) {
  b.onResolve({ filter: /log\/verify\.ts$/ }, () => ({ path: "v", namespace: "s" }));
  b.onResolve({ filter: /tell-answer\.ts$/ }, () => ({ path: "t", namespace: "s" }));
  b.onLoad({ filter: /.*/, namespace: "s" }, (a) => ({ contents: a.path === "v" ? "export const verifyBundle = async (t) => { const x=JSON.parse(t); return {result:x.result, asOf:1, reasons:[], contents:x.answer}; }" : "export const tellAnswer = (c) => c" }));
} }] });
const answers: Record<string, any> = { good: S.goodAnswer, sold: S.soldAnswer, warm: S.warmAnswer, silent: S.silentAnswer, unknown: S.unknownAnswer, recalled: S.recalledAnswer, soldTwice: S.soldTwiceAnswer, differs: S.goodAnswer };
const bundles: Record<string, any> = { ...answers, differs: S.warmAnswer };
const server = createServer(async (q, r) => {
  const u = new URL(q.url!, "http://x");
  const csp = { "content-security-policy": "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'" };
  const lang = (u.searchParams.get("lang") ?? "en") as any;
  const name = u.pathname.slice(1);
  const a = scanAssets[u.pathname];
  if (u.pathname === "/assets/check.js" && !process.env.REAL) { r.writeHead(200, { "content-type": "text/javascript", ...csp }); return r.end(stub.outputFiles[0]!.contents); }
  if (a) { r.writeHead(200, { "content-type": a.contentType, ...csp }); return r.end(await readFile(a.file)); }
  if (name.startsWith("bundle/")) { const n = name.slice(7); if (n === "silent") { r.writeHead(500); return r.end(); } r.writeHead(200); return r.end(JSON.stringify({ result: "VALID_FINAL", answer: bundles[n] })); }
  if (name === "favicon.ico") { r.writeHead(404); return r.end(); }
  if (name === "trust") { r.writeHead(200); return r.end(JSON.stringify({ chainClass: "operator" })); }
  const urls = { self: "/" + name, otherLanguage: `/${name}?lang=${lang === "en" ? "zh-CN" : "en"}`, bundle: "/bundle/" + name, json: "/json", trust: "/trust", rpc: "/rpc", home: "/index", check: "/check" };
  r.writeHead(200, { "content-type": "text/html; charset=utf-8", ...csp });
  let page: any;
  if (name === "index") page = indexPage({ lang, urls, demo: true, scans: [{ case: "good", code: S.goodAnswer.code, url: "/good" }, { case: "warm", code: "81234567890123456789", url: "/warm" }, { case: "silent", code: "81234567890123456780", url: "/silent" }] });
  else if (name === "nobody") page = unknownPage({ code: "https://id.gs1.org/01/09506000134352/21/ZZZ", lang, urls, demo: false });
  else if (name === "unreadable" || name === "unavailable") page = problemPage({ problem: name, lang, urls, demo: false });
  else page = scanPage({ answer: answers[name], lang, urls, demo: true });
  r.end(String(await page));
});
await new Promise<void>((f) => server.listen(0, "127.0.0.1", f));
const port = (server.address() as any).port;
const browser = await startChromium();
let faults = 0;
for (const [width, scheme] of [[360, "light"], [1440, "dark"], [360, "dark"], [1440, "light"]] as const) {
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme: scheme });
  for (const name of ["good", "sold", "warm", "silent", "unknown", "recalled", "soldTwice", "differs", "nobody", "unavailable", "index"]) for (const lang of ["en", "zh-CN"]) {
    const page = await context.newPage();
    page.on("console", (m) => { if (m.type() === "error" && !/favicon|500/.test(m.text() + m.location().url)) console.log(name, m.text()); });
    page.on("pageerror", (e) => console.log(name, "PAGEERROR", e.message));
    await page.goto(`http://127.0.0.1:${port}/${name}?lang=${lang}`);
    if (answers[name]) await page.waitForSelector("#check[data-outcome]:not([data-outcome=running])");
    await page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)");
    for (const v of await axe(page)) { faults++; console.log(width, scheme, name, lang, v.id, v.impact, v.nodes.map((n) => n.html.slice(0, 150) + " " + n.failureSummary?.slice(0, 200)).join("\n   ")); }
    const over = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    if (Number(over) > 0) console.log("OVERFLOW", name, lang, width, over);
    await page.screenshot({ path: `/tmp/scan-shots/${name}-${lang}-${width}-${scheme}.png`, fullPage: true });
    await page.close();
  }
  await context.close();
}
await browser.close();
server.close();
console.log("axe faults", faults);
