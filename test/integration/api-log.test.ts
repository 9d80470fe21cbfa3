import { ed25519 } from "@noble/curves/ed25519.js";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "#domain/errors.ts";
import type { TrustFile } from "#domain/log/bundle.ts";
import { fromHex, toHex } from "#domain/log/bytes.ts";
import { formatCheckpoint, signCheckpoint } from "#domain/log/checkpoint.ts";
import { entryLeaf, NO_PREVIOUS } from "#domain/log/entry.ts";
import { treeRoot } from "#domain/log/merkle.ts";
import { growTiles } from "#domain/log/tile.ts";
import { insertCheckpoint } from "#store/checkpoints.ts";
import { insertEntries } from "#store/entries.ts";
import { recordedTiles, saveTiles } from "#store/log-tiles.ts";
import { saveMirroredSize } from "#store/mirrored.ts";
import {
  type ApiNetwork,
  commissioning,
  documentOf,
  newPack,
  post,
  startApiNetwork,
  withKey,
} from "../support/api-network.ts";

const contract = `0x${"5f".repeat(20)}`;
const trust: TrustFile = {
  chainId: 31_337,
  contract,
  codeHash: `0x${"11".repeat(32)}`,
  logId: `0x${"22".repeat(32)}`,
  logKeys: [],
  chainClass: "operator",
  profiles: [{ name: "CN-GSP", version: 1 }],
};
const asked: { method: string; params: readonly unknown[] }[] = [];
const rpc = async (method: string, params: readonly unknown[]) => {
  asked.push({ method, params });
  if (method === "eth_getTransactionReceipt")
    throw new AppError("CONFLICT", "no", { rpcCode: 3, rpcMessage: "reverted" });
  return "0x7a69";
};
let network: ApiNetwork;
let known: string;

beforeAll(async () => {
  network = await startApiNetwork({ trust: () => trust, rpc: () => rpc });
  known = newPack();
  await post(network, "/epcis/v2/capture", documentOf(commissioning(network.now, known)), {
    key: network.keys.maker,
  });
});
afterAll(() => network?.stop());
beforeEach(() => network.nextMinute());

const get = (path: string, headers: Record<string, string> = {}) => network.app.request(path, { headers });

describe("the log", () => {
  const size = 300;
  const entries = Array.from({ length: size }, (_, seq) => ({
    v: 1 as const,
    stream: "ab".repeat(32),
    seq,
    prev: NO_PREVIOUS,
    commit: seq.toString(16).padStart(64, "0"),
  }));
  const leaves = entries.map((entry) => fromHex(entryLeaf(entry)));

  beforeAll(async () => {
    const root = treeRoot(leaves);
    const privateKey = ed25519.utils.randomSecretKey();
    const origin = "coldmark.test/log";
    const note = signCheckpoint(formatCheckpoint({ origin, size: BigInt(size), root }), {
      name: origin,
      privateKey,
    });
    await network.store.as({ role: "worker" }, async (tx) => {
      await saveTiles(tx, await growTiles(0n, leaves, recordedTiles(tx)));
      await insertEntries(
        tx,
        entries.map(({ stream, seq, prev, commit }, index) => ({
          ...{
            index,
            seq,
            subject: "test",
            kind: "test",
            fromMs: 0,
            toMs: 0,
            appendedAt: 0,
            salt: null,
            bodySalt: null,
            body: null,
          },
          stream: fromHex(stream),
          prev: fromHex(prev),
          commit: fromHex(commit),
          leaf: leaves[index] ?? new Uint8Array(),
        })),
      );
      await insertCheckpoint(tx, { size, root, note, createdAt: 0, inboxTo: 0 });
      await saveMirroredSize(tx, size);
    });
  });

  it("gives its checkpoint as text", async () => {
    const response = await get("/log/checkpoint");
    expect(response.headers.get("content-type")).toContain("text/plain");
    expect(await response.text()).toMatch(/^coldmark\.test\/log\n300\n/);
  });

  it("gives hash tiles, full and partial, for ever", async () => {
    const full = await get("/log/tile/0/000");
    expect(full.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    const bytes = new Uint8Array(await full.arrayBuffer());
    expect(toHex(bytes)).toBe(leaves.slice(0, 256).map(toHex).join(""));
    const partial = new Uint8Array(await (await get("/log/tile/0/001.p/44")).arrayBuffer());
    expect(toHex(partial)).toBe(leaves.slice(256).map(toHex).join(""));
    expect(new Uint8Array(await (await get("/log/tile/1/000.p/1")).arrayBuffer())).toHaveLength(32);
  });

  it.each([
    "0/001",
    "0/001.p/45",
    "0/002.p/1",
    "1/000",
    "2/000.p/1",
    "0/x000/001",
    "0/1",
    "0/001.p/0",
    "0/000.p/256",
    "9/000",
    "a/000",
    "0/x999/x999/x999/999",
  ])("has no tile %s", async (place) => {
    expect((await get(`/log/tile/${place}`)).status).toBe(404);
  });

  it("gives entries to those who replay it, and they hash to the leaves", async () => {
    expect((await get("/log/tile/entries/000")).status).toBe(401);
    expect((await get("/log/tile/entries/000", withKey(network.keys.pharmacy))).status).toBe(401);
    const response = await get("/log/tile/entries/001.p/44", withKey(network.keys.maker));
    expect(response.headers.get("cache-control")).toContain("private");
    const bytes = Buffer.from(await response.arrayBuffer());
    const found: string[] = [];
    for (let at = 0; at < bytes.length; at += 2 + bytes.readUInt16BE(at)) {
      found.push(entryLeaf(JSON.parse(bytes.subarray(at + 2, at + 2 + bytes.readUInt16BE(at)).toString())));
    }
    expect(found).toEqual(leaves.slice(256).map(toHex));
  });
});

describe("the relay to the chain", () => {
  const call = (method: unknown, params: unknown) =>
    post(network, "/chain/rpc", { jsonrpc: "2.0", id: 7, method, params });
  const tx = `0x${"ab".repeat(32)}`;
  const codeHash = `0x73${contract.slice(2)}3f60005260206000f3`;

  it.each([
    ["eth_chainId", []],
    ["eth_call", [{ to: contract, data: "0x12345678" }, "latest"]],
    ["eth_call", [{ data: codeHash }, "finalized"]],
    ["eth_getBlockByNumber", ["finalized", false]],
  ])("passes on %s", async (method, params) => {
    expect(await (await call(method, params)).json()).toEqual({ jsonrpc: "2.0", id: 7, result: "0x7a69" });
    expect(asked.at(-1)).toEqual({ method, params });
  });

  it("gives the chain's own refusal as an answer", async () => {
    expect(await (await call("eth_getTransactionReceipt", [tx])).json()).toEqual({
      jsonrpc: "2.0",
      id: 7,
      error: { code: 3, message: "reverted" },
    });
  });

  it.each([
    ["eth_sendRawTransaction", [tx]],
    ["eth_getLogs", [{}]],
    ["anvil_setBalance", [contract, "0x1"]],
    ["constructor", []],
    ["eth_chainId", [1]],
    ["eth_call", [{ to: `0x${"66".repeat(20)}`, data: "0x12345678" }, "latest"]],
    ["eth_call", [{ data: "0x6000600055600a" }, "latest"]],
    ["eth_call", [{ to: contract, data: "0x12345678", from: contract }, "latest"]],
    ["eth_call", [{ to: contract, data: "0x12345678" }, "latest", { [contract]: { code: "0x" } }]],
    ["eth_getBlockByNumber", ["latest", true]],
    ["eth_getTransactionReceipt", ["0x12"]],
  ])("refuses %s %j", async (method, params) => {
    const before = asked.length;
    expect((await call(method, params)).status).toBe(400);
    expect(asked).toHaveLength(before);
  });

  it("takes single requests of at most 8 kB", async () => {
    expect(
      (await post(network, "/chain/rpc", [{ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] }]))
        .status,
    ).toBe(400);
    expect((await call("eth_chainId", ["x".repeat(9_000)])).status).toBe(413);
  });
});
