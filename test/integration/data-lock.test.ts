import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { openStore } from "#store/connect.ts";

describe("lock of the data folder", () => {
  const program = fileURLToPath(new URL("../support/open-store.ts", import.meta.url));
  const folders: string[] = [];
  const started: ChildProcess[] = [];
  const newFolder = () => {
    const folder = mkdtempSync(join(tmpdir(), "coldmark-lock-"));
    folders.push(folder);
    return folder;
  };
  afterAll(async () => {
    for (const child of started) child.kill("SIGKILL");
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  async function startProcess(folder: string) {
    const child = spawn(process.execPath, [program, folder], { stdio: ["pipe", "pipe", "inherit"] });
    started.push(child);
    const [line] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
    const said = JSON.parse(line) as { opened?: number; refused?: string; pid?: number };
    return { child, said };
  }
  const kill = async (child: ChildProcess) => {
    child.kill("SIGKILL");
    await once(child, "exit");
  };

  it("refuses a second process with the first one's pid and harms nothing; a closed folder is free", async () => {
    const folder = newFolder();
    const first = await startProcess(folder);
    const second = await startProcess(folder);
    expect(second.said).toEqual({ refused: "DATA_LOCKED", pid: first.child.pid, folder });
    await expect(openStore({ dataDir: folder })).rejects.toMatchObject({ code: "DATA_LOCKED" });
    first.child.stdin?.end();
    await once(first.child, "exit");
    const store = await openStore({ dataDir: folder });
    await store.ping();
    await store.close();
  });

  it("is taken over from a killed process, by exactly one of several that try at once", async () => {
    const folder = newFolder();
    await kill((await startProcess(folder)).child);
    const tries = await Promise.all([1, 2, 3, 4].map(() => startProcess(folder)));
    const winners = tries.filter(({ said }) => said.opened !== undefined);
    expect(winners).toHaveLength(1);
    for (const { said } of tries.filter((each) => each !== winners[0])) {
      expect(said).toMatchObject({ refused: "DATA_LOCKED", pid: winners[0]?.child.pid });
    }
  });
});
