import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { settingsTable } from "#config";
import { coldmark } from "#test/support/service.ts";
import { TestLog } from "#test/support/test-log.ts";

const pack = "https://id.gs1.org/01/06901234567892/21/A1";
const at = Date.UTC(2026, 0, 5, 8);
let folder: string;
let bundle: string;
let trust: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "coldmark-cli-"));
  const log = new TestLog();
  log.append(pack, "event", { from: at, to: at }, { step: "commissioning" });
  bundle = write("bundle.json", log.bundle(pack, [], log.close(at)));
  trust = write("trust.json", log.trust);
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

describe("settings", () => {
  const wrong = {
    PORT: "99999",
    SEGMENT_MS: "7000",
    LOG_LEVEL: "loud",
    DATABASE_URL: "mysql://me:swordfish@host/db",
    ANCHOR_KEY: "0xsecret",
  };

  it("that are wrong are told all at once, without their values; exit 78, nothing begun", async () => {
    const { code, stdout, stderr } = await coldmark(["up"], { ...wrong, DATA_DIR: join(folder, "data") });
    expect([code, stdout]).toEqual([78, ""]);
    for (const name of Object.keys(wrong)) expect(stderr).toMatch(new RegExp(`^  ${name}: `, "m"));
    expect(stderr).not.toMatch(/swordfish|0xsecret|99999|loud/);
    expect(readdirSync(folder)).not.toContain("data");
  });

  it("are printed as README's table by `config`", async () => {
    expect(await coldmark(["config"])).toEqual({ code: 0, stdout: `${settingsTable()}\n`, stderr: "" });
  });
});

describe("verify", () => {
  const verify = (...args: string[]) => coldmark(["verify", ...args]);

  it("exits 0 for what is valid, with the result as its first line", async () => {
    const ended = await verify(bundle, "--trust", trust, "--code", pack, "--offline");
    expect(ended).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^VALID_PROVISIONAL\n/),
      stderr: "",
    });
  });

  it("tells the same as JSON", async () => {
    const { code, stdout } = await verify(bundle, "--trust", trust, "--offline", "--json");
    expect([code, JSON.parse(stdout).result]).toEqual([0, "VALID_PROVISIONAL"]);
  });

  it.each([
    ["KEY_UNKNOWN", () => [bundle]],
    ["KEY_UNKNOWN", () => [bundle, "--trust", write("other.json", new TestLog().trust)]],
    ["SUBJECT_MISMATCH", () => [bundle, "--trust", trust, "--code", pack.replace("A1", "B2"), "--offline"]],
    ["MALFORMED", () => [write("torn.json", '{"v":1,'), "--trust", trust]],
    ["CHAIN_UNREACHABLE", () => [bundle, "--trust", trust, "--rpc", "http://127.0.0.1:1"]],
  ])("exits 1 for %s", async (result, args) => {
    const { code, stdout } = await verify(...args());
    expect([code, stdout.split("\n")[0]]).toEqual([1, result]);
  });

  it("refuses an age it can't read, with 65", async () => {
    const ended = await verify(bundle, "--trust", trust, "--max-age", "soon");
    expect(ended).toMatchObject({ code: 65, stdout: "", stderr: expect.stringContaining("--max-age takes") });
  });

  it("says that a file is not there, and not that it is valid", async () => {
    const ended = await verify(join(folder, "none.json"), "--trust", trust);
    expect(ended).toMatchObject({ stdout: "", stderr: expect.stringContaining("none.json") });
    expect(ended.code).not.toBe(0);
  });
});
