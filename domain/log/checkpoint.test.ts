import { ed25519 } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromBase64, toBase64 } from "./bytes.ts";
import { formatCheckpoint, openCheckpoint, signCheckpoint, vkeyOf } from "./checkpoint.ts";

const origin = "log.example/1";
const root = new Uint8Array(32).fill(0xfb);
const checkpoint = { origin, size: 9_007_199_254_740_993n, root };
const body = formatCheckpoint(checkpoint);
const logKey = keyOf(origin, 1);
const nextKey = keyOf(origin, 2);
const witness = keyOf("witness.example", 3);
const note = signCheckpoint(body, logKey);

function keyOf(name: string, seed: number) {
  const privateKey = new Uint8Array(32).fill(seed);
  return { name, privateKey, vkey: vkeyOf(name, ed25519.getPublicKey(privateKey)) };
}

/** A note of any body with any signature lines. */
function noteOf(text: string, ...keys: { name: string; privateKey: Uint8Array }[]): string {
  return `${text}\n${keys.map((key) => signCheckpoint(text, key).slice(text.length + 1)).join("")}`;
}

describe("a checkpoint", () => {
  it("is three lines", () => {
    expect(body).toBe(`${origin}\n9007199254740993\n${toBase64(root)}\n`);
    expect(openCheckpoint(note, [logKey.vkey])).toEqual(checkpoint);
  });

  it("opens when any given key signed, whoever else did", () => {
    const both = noteOf(body, witness, logKey, nextKey);
    expect(openCheckpoint(both, [nextKey.vkey])).toEqual(checkpoint);
    expect(openCheckpoint(both, ["rubbish", logKey.vkey])).toEqual(checkpoint);
    expect(openCheckpoint(note, [nextKey.vkey, witness.vkey])).toEqual({ error: "KEY_UNKNOWN" });
    expect(openCheckpoint(note, [])).toEqual({ error: "KEY_UNKNOWN" });
  });

  it("is refused when a known key's signature fails, even beside a good one", () => {
    const other = signCheckpoint(formatCheckpoint({ ...checkpoint, size: 1n }), logKey);
    const stolen = `${body}\n${other.split("\n\n")[1]}`;
    expect(openCheckpoint(stolen, [logKey.vkey])).toEqual({ error: "BAD_SIGNATURE" });
    expect(
      openCheckpoint(noteOf(body, nextKey) + stolen.split("\n\n")[1], [logKey.vkey, nextKey.vkey]),
    ).toEqual({
      error: "BAD_SIGNATURE",
    });
  });

  it("opens no longer after any change of one character", () => {
    fc.assert(
      fc.property(fc.nat(note.length - 1), fc.constantFrom("0", "A", "\n", " ", "é", ""), (at, char) => {
        const changed = note.slice(0, at) + char + note.slice(at + 1);
        fc.pre(changed !== note);
        expect(openCheckpoint(changed, [logKey.vkey])).toHaveProperty("error");
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ["a leading zero", `${origin}\n01\n${toBase64(root)}\n`],
    ["a sign", `${origin}\n+1\n${toBase64(root)}\n`],
    ["a size of 65 bits", `${origin}\n18446744073709551616\n${toBase64(root)}\n`],
    ["an extension line", `${body}extra\n`],
    ["an empty line", `${origin}\n\n1\n${toBase64(root)}\n`],
    ["no origin", `\n1\n${toBase64(root)}\n`],
    ["a short root", `${origin}\n1\n${toBase64(root.slice(1))}\n`],
    ["a root with spare bits set", `${origin}\n1\n${toBase64(root).replace("s=", "t=")}\n`],
    ["a control character", `log\t1\n1\n${toBase64(root)}\n`],
    ["a carriage return", body.replaceAll("\n", "\r\n")],
  ])("with %s is malformed although it is signed", (_, text) => {
    expect(openCheckpoint(noteOf(text, logKey), [logKey.vkey])).toEqual({ error: "MALFORMED" });
  });

  it.each([
    ["no signature", `${body}\n`],
    ["no blank line", note.replace("\n\n", "\n")],
    ["no last newline", note.slice(0, -1)],
    ["a hyphen for the dash", note.replace("—", "-")],
    ["a signature of four bytes", `${body}\n— ${origin} ${toBase64(new Uint8Array(4))}\n`],
    ["65 signatures", noteOf(body, ...Array.from({ length: 65 }, () => witness))],
    ["nothing in it", ""],
    ["no text", null as unknown as string],
  ])("with %s is malformed", (_, text) => {
    expect(openCheckpoint(text, [logKey.vkey, witness.vkey])).toEqual({ error: "MALFORMED" });
  });

  it("cannot be written ill-formed", () => {
    expect(() => formatCheckpoint({ ...checkpoint, origin: "a\n1" })).toThrow("not a checkpoint");
    expect(() => formatCheckpoint({ ...checkpoint, size: -1n })).toThrow("not a checkpoint");
    expect(() => formatCheckpoint({ ...checkpoint, root: new Uint8Array(31) })).toThrow("not a checkpoint");
    expect(() => signCheckpoint(body, { ...logKey, name: "two words" })).toThrow("key name");
  });
});

describe("a verifier key", () => {
  it("is spelt as the signed-note format's first implementation spells its example", () => {
    const vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    expect(vkeyOf("PeterNeumann", fromBase64(vkey.slice(22)).slice(1))).toBe(vkey);
  });

  it("counts only when its key id is its own", () => {
    const [name, , key] = logKey.vkey.split("+");
    expect(openCheckpoint(note, [`${name}+00000000+${key}`])).toEqual({ error: "KEY_UNKNOWN" });
    expect(() => vkeyOf("a+b", new Uint8Array(32))).toThrow("key name");
    expect(() => vkeyOf("a", new Uint8Array(31))).toThrow("32 bytes");
  });
});
