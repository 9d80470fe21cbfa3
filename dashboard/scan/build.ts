import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** What a phone loads before it can check a proof: bytes as served and gzipped (design §10: ≤ 60 kB gzipped). */
export interface ScriptSize {
  readonly bytes: number;
  readonly gzipBytes: number;
}

const entry = new URL("./browser/check.ts", import.meta.url);
const script = new URL("./dist/check.js", import.meta.url);

/** Bundles the script of the patient's page into `dist/check.js`; throws esbuild's errors. */
export async function buildScanScript(): Promise<ScriptSize> {
  await build({
    entryPoints: [fileURLToPath(entry)],
    outfile: fileURLToPath(script),
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "browser",
    legalComments: "none",
    logLevel: "silent",
  });
  const bytes = await readFile(script);
  return { bytes: bytes.length, gzipBytes: gzipSync(bytes).length };
}

if (import.meta.main) {
  const { bytes, gzipBytes } = await buildScanScript();
  process.stdout.write(`dashboard/scan/dist/check.js: ${bytes} bytes, ${gzipBytes} gzipped\n`);
}
