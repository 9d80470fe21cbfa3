import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockFolder } from "./lock.ts";

describe("lockFolder", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "coldmark-lock-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const fault = () => {
    try {
      lockFolder(folder).release();
    } catch (caught) {
      return caught;
    }
    return null;
  };

  it("is held once, and free again when released", () => {
    const lock = lockFolder(folder);
    expect(fault()).toMatchObject({ code: "DATA_LOCKED", facts: { pid: process.pid, folder } });
    lock.release();
    expect(fault()).toBeNull();
  });

  it("is taken over when the holder's pid belongs to another process by now", () => {
    writeFileSync(
      join(folder, "lock.7"),
      JSON.stringify({ pid: process.pid, startedAt: "another", released: false }),
    );
    const lock = lockFolder(folder);
    expect(fault()).toMatchObject({ code: "DATA_LOCKED" });
    expect(readdirSync(folder)).toEqual(["lock.8"]);
    lock.release();
  });

  it("leaves one file however often it is taken, and no draft", () => {
    for (let round = 0; round < 5; round += 1) lockFolder(folder).release();
    expect(readdirSync(folder)).toEqual(["lock.5"]);
  });
});
