import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { settingsTable } from "#config";
import { coldmark } from "#test/support/service.ts";

const at = Date.UTC(2026, 0, 5, 8);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "coldmark-cli-"));
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

it.each([["register"], ["verify"], ["mapping", "--topic", "a/b"]])(
  "%s names a file that can't be read, without a stack; exit 65",
  async (...command) => {
    const { code, stdout, stderr } = await coldmark([...command, join(folder, "missing.json")]);
    expect([code, stdout]).toEqual([65, ""]);
    expect(stderr).toMatch(/^BAD_REQUEST: .*missing\.json can't be read: ENOENT[^\n]*\n$/);
  },
);

it.each([
  ["fsck"],
  ["audit", "--equipment", "e", "--from", "2026-01-05T08:00:00Z", "--to", "2026-01-05T09:00:00Z"],
])("%s of a folder without records agrees to nothing, and makes none there", async (...command) => {
  const { code, stdout, stderr } = await coldmark(command, { DATA_DIR: join(folder, "nothing") });
  expect([code === 0, stdout]).toEqual([false, ""]);
  expect(stderr).toMatch(/^NOT_FOUND: no records in .*nothing: DATA_DIR[^\n]*\n$/);
  expect(readdirSync(folder)).not.toContain("nothing");
});

it("a reader that has seen enough ends a command without a stack, and not as if all were well", async () => {
  const main = join(import.meta.dirname, "main.ts");
  const child = spawn(process.execPath, [main, "config"], { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  expect([code, stderr]).toEqual([74, ""]);
});

describe("mapping", () => {
  const source = {
    ...{
      kind: "mapping",
      topic: "plant/+/climate",
      device: { level: 2 },
      time: { pointer: "/ts", unit: "ms" },
    },
    values: [{ name: "air", as: "t", pointer: "/t", unit: "F" }],
  };
  const mapping = (file: unknown, message: unknown, ...more: string[]) =>
    coldmark([
      ...["mapping", write("source.json", file), "--topic", "plant/room 1/climate"],
      ...["--message", write("message.json", message), ...more],
    ]);
  const message = { ts: at, t: 39.56 };
  const becomes = '1. "room 1/air" at 2026-01-05T08:00:00.000Z: t 4.2 °C';

  it("says what each reading becomes, and exits 0", async () => {
    expect(await mapping(source, message)).toEqual({ code: 0, stdout: `${becomes}\n`, stderr: "" });
  });

  it("of a network file says the sensor too, and exits 1 when there is none", async () => {
    const network = (channel: string) => {
      const sensors = [{ id: "probe", gateway: "gw-1", channel }];
      const gateways = [{ id: "gw-1", kind: "mapping", source }];
      return { organisations: [{ sites: [{ equipment: [{ sensors }], gateways }] }] };
    };
    const known = await mapping(network("room 1/air"), message, "--gateway", "gw-1");
    expect(known).toMatchObject({ code: 0, stdout: `${becomes}; sensor probe\n` });
    const unknown = await mapping(network("room 2/air"), message, "--gateway", "gw-1");
    expect(unknown).toMatchObject({ code: 1, stdout: expect.stringContaining("UNKNOWN_SENSOR") });
    const unnamed = await mapping(network("room 1/air"), message);
    expect(unnamed).toMatchObject({ code: 65, stderr: expect.stringContaining("--gateway") });
  });

  it.each([
    [{ ...message, t: "4" }, "set aside: BAD_VALUE: t must be a number"],
    ['{"t":4,"t":5}', "the whole message would be set aside: MALFORMED"],
  ])("says why %j is set aside, and exits 1", async (bad, words) => {
    expect(await mapping(source, bad)).toMatchObject({ code: 1, stdout: expect.stringContaining(words) });
  });

  it("tells every fault of a source, and exits 65", async () => {
    const { code, stderr } = await mapping({ ...source, topic: "a/#", values: [] }, message);
    expect(code).toBe(65);
    expect(stderr).toMatch(/^ {2}source\.topic: [\s\S]*^ {2}source\.values: /m);
  });
});
