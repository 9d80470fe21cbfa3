import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import artifact from "#contracts/ColdmarkLog.json" with { type: "json" };

const text = readFileSync(new URL("../interfaces/IColdmarkLog.sol", import.meta.url), "utf8");

/** Opcodes by which code is run, made or ended elsewhere. */
const forbidden: Readonly<Record<number, string>> = {
  240: "CREATE",
  241: "CALL",
  242: "CALLCODE",
  244: "DELEGATECALL",
  245: "CREATE2",
  255: "SELFDESTRUCT",
};
const staticCall = 0xfa;

describe("ColdmarkLog (design §5)", () => {
  it("says of every event, error and function what it is", () => {
    const declarations = [...text.matchAll(/((?: {4}\/\/\/.*\n)*) {4}(event|error|function) (\w+)/g)];
    const undocumented = declarations
      .filter(([, doc]) => !doc?.includes("@notice"))
      .map(([, , , name]) => name);
    expect(undocumented).toEqual([]);
    const inherited = artifact.abi.filter(({ name }) => name === "Sha256Unavailable");
    const named = artifact.abi.filter(({ type }) => type !== "constructor");
    expect(declarations.length + inherited.length).toBe(named.length);
  });

  it("takes no ether and has no default function", () => {
    expect(artifact.abi.filter(({ stateMutability }) => stateMutability === "payable")).toEqual([]);
    expect(artifact.abi.filter(({ type }) => ["receive", "fallback"].includes(type))).toEqual([]);
  });

  it("calls nothing but the SHA-256 precompile, and can't be replaced", () => {
    const code = opcodesOf(artifact.deployedBytecode);
    expect(code.flatMap(({ opcode }) => forbidden[opcode] ?? [])).toEqual([]);
    const calls = code.filter(({ opcode }) => opcode === staticCall);
    expect(calls.length).toBeGreaterThan(0);
    // PUSH1 2, GAS, STATICCALL: the address is written in the code.
    for (const { at } of calls)
      expect(artifact.deployedBytecode.slice(2 * at - 4, 2 * at + 4)).toBe("60025afa");
  });
});

/** The opcodes of a contract without the bytes that PUSH carries and without the compiler's mark at the end. */
function opcodesOf(hex: string): { at: number; opcode: number }[] {
  const bytes = Buffer.from(hex.slice(2), "hex");
  const end = bytes.length - 2 - bytes.readUInt16BE(bytes.length - 2);
  const found: { at: number; opcode: number }[] = [];
  for (let at = 0; at < end; at += 1) {
    const opcode = bytes.readUInt8(at);
    found.push({ at, opcode });
    if (opcode >= 0x60 && opcode <= 0x7f) at += opcode - 0x5f;
  }
  return found;
}
