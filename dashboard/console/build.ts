import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";
import { consoleFolder } from "./assets.ts";

/** A built file with its size as served and gzipped. */
export interface BuiltFile {
  readonly name: string;
  readonly bytes: number;
  readonly gzipBytes: number;
}

/** What was built: all files, and those that the first page loads (design §10: ≤ 250 kB gzipped). */
export interface ConsoleBuild {
  readonly files: readonly BuiltFile[];
  readonly home: readonly BuiltFile[];
}

const entries = {
  main: fileURLToPath(new URL("./main.tsx", import.meta.url)),
  style: fileURLToPath(new URL("./styles/console.css", import.meta.url)),
};
const base = "/console/assets";

/** Bundles the console into a folder (emptied first) with its page; throws esbuild's errors. */
export async function buildConsole(folder: URL = consoleFolder): Promise<ConsoleBuild> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { metafile } = await bundle(folder);
  const main = outputOf(metafile, "main");
  const first = [main, ...staticImportsOf(metafile, main), outputOf(metafile, "style")];
  await writeFile(new URL("index.html", folder), page(first.map((path) => basename(path))));
  const files = await Promise.all(
    [...Object.keys(metafile.outputs).map((path) => basename(path)), "index.html"].map((name) =>
      sizeOf(folder, name),
    ),
  );
  const loaded = new Set([...first.map((path) => basename(path)), "index.html"]);
  return { files, home: files.filter(({ name }) => loaded.has(name)) };
}

function bundle(folder: URL) {
  return build({
    entryPoints: entries,
    outdir: fileURLToPath(folder),
    entryNames: "[name]-[hash]",
    chunkNames: "chunk-[hash]",
    bundle: true,
    splitting: true,
    minify: true,
    charset: "utf8",
    metafile: true,
    format: "esm",
    target: "es2022",
    platform: "browser",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"' },
    external: ["/assets/*"],
    legalComments: "none",
    logLevel: "silent",
  });
}

function outputOf({ outputs }: Metafile, name: string): string {
  const found = Object.keys(outputs).find((path) => basename(path).startsWith(`${name}-`));
  if (found === undefined) throw new Error(`esbuild wrote no ${name}`);
  return found;
}

/** The files that a script needs before it runs; what it loads later on demand is not among them. */
function staticImportsOf({ outputs }: Metafile, path: string, seen = new Set<string>()): string[] {
  for (const { path: imported, kind } of outputs[path]?.imports ?? []) {
    if (kind !== "import-statement" || seen.has(imported)) continue;
    seen.add(imported);
    staticImportsOf({ outputs, inputs: {} }, imported, seen);
  }
  return [...seen];
}

async function sizeOf(folder: URL, name: string): Promise<BuiltFile> {
  const bytes = await readFile(new URL(name, folder));
  return { name, bytes: bytes.length, gzipBytes: gzipSync(bytes).length };
}

/** The page is the same for everybody and every address; it holds nobody's data. */
function page(names: readonly string[]): string {
  const tags = names.map((name) => {
    if (name.endsWith(".css")) return `<link rel="stylesheet" href="${base}/${name}">`;
    return name.startsWith("main-")
      ? `<script type="module" src="${base}/${name}"></script>`
      : `<link rel="modulepreload" href="${base}/${name}">`;
  });
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Coldmark</title>
<link rel="icon" type="image/svg+xml" href="/assets/favicon.svg">
${tags.join("\n")}
</head>
<body>
<div id="console"></div>
<noscript>
<p lang="zh-CN">管理页面需要启用 JavaScript；查询药品的页面不需要：<a href="/">查询一盒药</a>。</p>
<p lang="en">The console needs JavaScript. Checking a medicine does not: <a href="/">check a pack</a>.</p>
</noscript>
</body>
</html>
`;
}

if (import.meta.main) {
  const { files, home } = await buildConsole();
  const total = home.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0);
  const lines = files.map(({ name, bytes, gzipBytes }) => `${name}: ${bytes} bytes, ${gzipBytes} gzipped`);
  process.stdout.write(`${lines.join("\n")}\nthe console's first page loads ${total} bytes gzipped\n`);
}
