import { AbiCoder, Interface, keccak256, toUtf8Bytes } from "ethers";
import { describe, expect, it } from "vitest";
import artifact from "#contracts/ColdmarkLog.json" with { type: "json" };
import {
  decodeHead,
  decodeRefusal,
  decodeRevocation,
  decodeSeals,
  encodeExtend,
  encodeHead,
  encodeRegister,
  encodeRevocation,
  encodeRevoke,
  encodeSeals,
  encodeSetRevoker,
  logIdOf,
  lotSubject,
} from "./contract.ts";

const abi = new Interface(artifact.abi);
const logId = logIdOf("log.example/1");
const root = new Uint8Array(32).fill(7);
const publisher = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const words = (types: string[], values: unknown[]) => AbiCoder.defaultAbiCoder().encode(types, values);

describe("the contract's calls", () => {
  it("names logs and lots as the contract does", () => {
    expect(logId).toBe(keccak256(toUtf8Bytes("log.example/1")));
    expect(lotSubject("09506000134352", "AB1")).toBe(
      keccak256(toUtf8Bytes("lot\u000009506000134352\u0000AB1")),
    );
  });

  it.each([
    ["register(string,address)", encodeRegister("log.example/1", publisher)],
    [
      "extend(bytes32,uint48,bytes32,bytes32[])",
      encodeExtend(logId, { newSize: 3n, newRoot: root, proof: [root] }),
    ],
    ["revoke(string,string,uint16)", encodeRevoke("09506000134352", "AB1", 3)],
    ["setRevoker(string,address,bool)", encodeSetRevoker("09506000134352", publisher, true)],
    ["head(bytes32)", encodeHead(logId)],
    ["seals(bytes32,uint32,uint32)", encodeSeals(logId, 20_000, 20_001)],
    ["revocation(bytes32)", encodeRevocation(lotSubject("09506000134352", "AB1"))],
  ])("%s has the selector that other languages compute", (signature, data) => {
    expect(data.slice(0, 10)).toBe(keccak256(toUtf8Bytes(signature)).slice(0, 10));
    expect(abi.parseTransaction({ data })?.signature).toBe(signature);
  });

  it("C2: never moves a head to a root of zeros", () => {
    const extension = { newSize: 3n, newRoot: new Uint8Array(32), proof: [] };
    expect(() => encodeExtend(logId, extension)).toThrow("never zero");
  });
});

describe("the contract's answers", () => {
  it("reads a head with its flags", () => {
    const types = ["bytes32", "uint48", "address", "uint40", "uint8"];
    const head = { root, size: 5n, publisher, anchoredAtS: 1_700_000_000, frozen: false, retired: false };
    expect(decodeHead(words(types, [root, 5, publisher, 1_700_000_000, 0]))).toEqual(head);
    expect(decodeHead(words(types, [root, 5, publisher, 1, 1]))).toMatchObject({
      frozen: true,
      retired: false,
    });
    expect(decodeHead(words(types, [root, 5, publisher, 1, 2]))).toMatchObject({
      frozen: false,
      retired: true,
    });
    expect(decodeHead(`0x${"00".repeat(160)}`)).toBeNull();
  });

  it("reads seals by day and recalls", () => {
    expect(decodeSeals(words(["bytes32[]"], [[root, `0x${"00".repeat(32)}`]]))).toEqual([root, null]);
    expect(decodeRevocation(words(["uint40", "uint40", "uint16"], [11, 12, 3]))).toEqual({
      sinceS: 11,
      untilS: 12,
      reason: 3,
    });
  });

  it("reads a refusal, and leaves alone what isn't one of ours", () => {
    const data = abi.encodeErrorResult("HeadMoved", [logId, 9, root]);
    expect(decodeRefusal(data)).toEqual({
      name: "HeadMoved",
      facts: { logId, size: "9", root: `0x${"07".repeat(32)}` },
    });
    for (const foreign of ["0x", "0x12345678", data.slice(0, 70), undefined, "reverted", { data }]) {
      expect(decodeRefusal(foreign)).toBeNull();
    }
  });
});
