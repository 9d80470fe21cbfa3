import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const mostBytes = 64 * 1_048_576;

/** An npm package that carries compiled contracts. It is read, never installed: of its dependencies nothing is needed. */
export interface PeerPackage {
  readonly spec: string;
  /** As the registry states it; what comes must have it. */
  readonly integrity: string;
}

/** The text of the package's files, in the order asked for. @throws Error with npm's words, or where it is another package */
export async function readPeerFiles(
  { spec, integrity }: PeerPackage,
  files: readonly string[],
): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "coldmark-peer-"));
  try {
    const path = [dirname(process.execPath), process.env.PATH].join(delimiter);
    const { stdout } = await run("npm", ["pack", spec, "--silent"], {
      cwd: folder,
      env: { ...process.env, PATH: path },
    });
    const archive = join(folder, stdout.trim());
    const hash = createHash("sha512")
      .update(await readFile(archive))
      .digest("base64");
    if (`sha512-${hash}` !== integrity) throw new Error(`${spec} is not the package that was looked at`);
    return await Promise.all(files.map((file) => readFrom(archive, file)));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function readFrom(archive: string, file: string): Promise<string> {
  const { stdout } = await run("tar", ["-xzOf", archive, `package/${file}`], { maxBuffer: mostBytes });
  return stdout;
}
