import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Mirror } from "#anchor/mirror.ts";
import { fromHex } from "#domain/log/bytes.ts";
import { canonicalize } from "#domain/log/canonical.ts";
import type { Rpc } from "#domain/log/chain-view.ts";
import { commitmentOf } from "#domain/log/entry.ts";
import type { LogEntry } from "#store/entries.ts";
import { rpcOf } from "#test/support/golden-chain.ts";
import { startEndpoints } from "#test/support/python-verifier.ts";
import { serveFolder } from "#test/support/serve-folder.ts";
import { coldmark } from "#test/support/service.ts";
import { TestLog } from "#test/support/test-log.ts";
import { writeTiles } from "#test/support/write-tiles.ts";

const pack = "https://id.gs1.org/01/06901234567892/21/A1";
const at = Date.UTC(2026, 0, 5, 8);
let folder: string;
let bundle: string;
let trust: string;
let log: TestLog;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "coldmark-cli-"));
  log = new TestLog();
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

  it("says whose bundle it is, in characters that are none of a terminal's, and warns where nobody said whose", async () => {
    const named = await verify(bundle, "--trust", trust, "--code", pack, "--offline");
    expect(named.stdout).toContain(`\nsubject: ${pack}\n`);
    expect(named.stdout).not.toContain("warning:");
    const unnamed = await verify(bundle, "--trust", trust, "--offline");
    expect(unnamed.stdout).toMatch(/\nsubject: https:.*\nwarning: no --code was given/);
    const foul = await verify(write("foul.json", '{"subject":"x\\u001b[2Jy\\u202e"}'), "--trust", trust);
    expect(foul.stdout).toContain("\nsubject: x?[2Jy? (by its own word: it is not proved)\n");
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

  it.each([
    ["{}", "\\.chainId must be an integer"],
    ["[", "the text is not JSON"],
    ['{"chainId":1,"contract":"0x12"}', "\\.contract must be 0x and 40 hex digits"],
  ])("refuses a trust file that is none, without a stack, with 65: %s", async (text, words) => {
    const { code, stdout, stderr } = await verify(
      bundle,
      "--trust",
      write("bad-trust.json", text),
      "--offline",
    );
    expect([code, stdout, stderr.split("\n").length]).toEqual([65, "", 2]);
    expect(stderr).toMatch(new RegExp(`^BAD_REQUEST: .*bad-trust.json is not a trust file: .*(${words})`));
  });

  it("is STALE offline once the log's newest statement is older than allowed", async () => {
    const old = await verify(bundle, "--trust", trust, "--offline", "--max-age", "1h");
    expect(old).toMatchObject({ code: 1, stdout: expect.stringMatching(/^STALE\n/) });
    const ageDays = Math.ceil((Date.now() - at) / 86_400_000);
    const young = await verify(bundle, "--trust", trust, "--offline", "--max-age", `${ageDays + 1}d`);
    expect(young.code).toBe(0);
  });

  it("says that a file is not there, and not that it is valid", async () => {
    const ended = await verify(join(folder, "none.json"), "--trust", trust);
    expect(ended).toMatchObject({ stdout: "", stderr: expect.stringContaining("none.json") });
    expect(ended.code).not.toBe(0);
  });
});

describe("verify with a checkpoint from elsewhere", () => {
  let later: string;
  let tiles: string;
  const verify = (...args: string[]) => coldmark(["verify", bundle, "--trust", trust, "--offline", ...args]);
  const first = (stdout: string) => stdout.split("\n")[0];

  beforeAll(() => {
    log.append(pack, "event", { from: at, to: at }, { step: "shipping" });
    const note = log.bundle(pack, [], log.close(at + 1000)).checkpoint;
    later = write("later.note", note);
    tiles = join(folder, "tiles");
    writeTiles(tiles, log, note);
  });

  it("holds against the bundle's own, and against a later one by the log's tiles only", async () => {
    const { checkpoint } = JSON.parse(readFileSync(bundle, "utf8"));
    expect(await verify("--checkpoint", write("own.note", checkpoint))).toMatchObject({ code: 0 });
    const alone = await verify("--checkpoint", later);
    expect([alone.code, first(alone.stdout)]).toEqual([1, "ANCHOR_UNPROVED"]);
    const joined = await verify("--checkpoint", later, "--tiles", tiles);
    expect([joined.code, first(joined.stdout)]).toEqual([0, "VALID_PROVISIONAL"]);
    const served = await serveFolder(tiles);
    expect(await verify("--checkpoint", later, "--tiles", served.url)).toMatchObject({ code: 0 });
    const nowhere = await verify("--checkpoint", later, "--tiles", `${served.url}/nowhere`);
    await served.stop();
    expect(first(nowhere.stdout)).toBe("ANCHOR_UNPROVED");
  });

  it("is FORK_DETECTED where the same key signed another history", async () => {
    const fork = new TestLog();
    Object.assign(fork, { privateKey: log.privateKey });
    for (const step of ["commissioning", "shipping", "receiving"])
      fork.append(pack, "event", { from: at, to: at }, { step });
    const note = fork.bundle(pack, [], fork.close(at)).checkpoint;
    const forked = join(folder, "forked");
    writeTiles(forked, fork, note);
    const ended = await verify("--checkpoint", write("fork.note", note), "--tiles", forked);
    expect([ended.code, first(ended.stdout)]).toEqual([1, "FORK_DETECTED"]);
  });

  it.each([
    ["KEY_UNKNOWN", () => new TestLog().bundle(pack, [], new TestLog().close(at)).checkpoint],
    ["BAD_SIGNATURE", () => readFileSync(later, "utf8").replace(/\n\d+\n/, "\n7\n")],
    ["MALFORMED", () => "hello"],
  ])("that is no checkpoint of the log is refused, and the bundle not judged: %s", async (why, note) => {
    const { code, stdout, stderr } = await verify("--checkpoint", write("bad.note", note()));
    expect([code, stdout]).toEqual([65, ""]);
    expect(stderr).toContain(why);
  });
});

describe("verify --replay", () => {
  const verify = (...args: string[]) => coldmark(["verify", "--trust", trust, ...args]);

  it("reads a whole log again, from tiles and from what the anchor keeps", async () => {
    const tiles = await verify("--replay", join(folder, "tiles"), "--json");
    expect([tiles.code, JSON.parse(tiles.stdout)]).toMatchObject([
      0,
      { result: "VALID_PROVISIONAL", count: { entries: 4, streams: 2, headsChecked: 0, headsClosed: 2 } },
    ]);
    const kept = join(folder, "kept");
    new Mirror(kept).write(log.rows.map(mirrored));
    const args = ["--replay", kept, "--checkpoint", join(folder, "later.note"), "--json"];
    const mirror = await verify(...args);
    expect([mirror.code, JSON.parse(mirror.stdout)]).toMatchObject([
      0,
      { result: "VALID_PROVISIONAL", count: { entries: 4, headsChecked: 2, headsClosed: 0 } },
    ]);
  });

  it("reads it from where it is served, with the key that entries may ask for", async () => {
    const served = await serveFolder(join(folder, "tiles"), { entriesKey: "cm_key" });
    const keyFile = write("key", "cm_key\n");
    try {
      const ended = await verify("--replay", served.url, "--key-file", keyFile, "--json");
      expect([ended.code, JSON.parse(ended.stdout)]).toMatchObject([0, { count: { entries: 4 } }]);
      expect(await verify("--replay", served.url)).toMatchObject({
        ...{ code: 65, stdout: "" },
        stderr: expect.stringContaining("answers 401"),
      });
    } finally {
      await served.stop();
    }
    expect(await verify("--replay", served.url)).toMatchObject({
      ...{ code: 69, stdout: "" },
      stderr: expect.stringContaining("does not answer"),
    });
  });

  it("takes the gravest that any endpoint says, and asks for its age", async () => {
    const [, size, base64 = ""] = readFileSync(join(folder, "later.note"), "utf8").split("\n");
    const own = { size: Number(size), root: Buffer.from(base64, "base64").toString("hex"), anchoredAt: at };
    const endpoints = await startEndpoints([null, ...[own, { ...own, root: "66".repeat(32) }].map(headedBy)]);
    const [down, honest, forked] = [0, 1, 2].map(endpoints.urlOf) as [string, string, string];
    const args = ["--replay", join(folder, "tiles"), "--rpc"];
    const said = async (...more: string[]) => (await verify(...args, ...more)).stdout.split("\n")[0];
    try {
      expect(await said(down, honest, forked)).toBe("FORK_DETECTED");
      expect(await said(honest, "--max-age", "1h")).toBe("STALE");
      expect(await said(honest)).toBe("VALID_FINAL");
    } finally {
      await endpoints.stop();
    }
  });

  it("exits 1 where the copy is not what was signed, 65 where it has a hole or a bundle is named too", async () => {
    const spoiled = join(folder, "spoiled");
    cpSync(join(folder, "tiles"), spoiled, { recursive: true });
    const tile = join(spoiled, "tile/entries/000.p/4");
    writeFileSync(tile, readFileSync(tile, "latin1").replace(/"seq":0/, '"seq":1'), "latin1");
    const ended = await verify("--replay", spoiled);
    expect([ended.code, ended.stdout.split("\n")[0]]).toEqual([1, "TAMPERED"]);
    rmSync(tile);
    expect(await verify("--replay", spoiled)).toMatchObject({ code: 65, stdout: "" });
    expect(await verify(bundle, "--replay", spoiled)).toMatchObject({ code: 65, stdout: "" });
  });
});

/** An endpoint of a chain with this head. */
function headedBy(head: { size: number; root: string; anchoredAt: number }): Rpc {
  const block = { number: 9, at: head.anchoredAt, head };
  const { chainId, codeHash } = log.trust;
  const heads = { latest: block, finalized: block };
  return rpcOf({ chainId, codeHash, ...heads, seals: {}, revocations: {}, transactions: {} });
}

/** A row of a test's log as the anchor's records have it. */
function mirrored({ stream, seq, prev, opening, leaf }: TestLog["rows"][number], index: number): LogEntry {
  const { salt, bodySalt, header, body } = opening;
  return {
    ...{
      index,
      seq,
      subject: stream,
      createdAt: at,
      kind: header.kind,
      fromMs: header.from,
      toMs: header.to,
    },
    ...{
      stream: fromHex(stream),
      prev: fromHex(prev),
      leaf: fromHex(leaf),
      commit: fromHex(commitmentOf(opening)),
    },
    ...{ salt: fromHex(salt), bodySalt: fromHex(bodySalt), body: canonicalize(body) },
  } as unknown as LogEntry;
}
