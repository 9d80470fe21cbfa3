import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import { concatBytes, fromBase64, fromHex, toBase64, toHex, utf8 } from "./bytes.ts";
import { findCosignature, parseWitnessKey, type WitnessKey } from "./cosignature.ts";

const secret = new Uint8Array(32).fill(9);
const publicKey = ed25519.getPublicKey(secret);
const name = "witness.example/w1";
const body = "example.com/log\n42\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
const typed = concatBytes(Uint8Array.of(4), publicKey);
const keyId = sha256(concatBytes(utf8(`${name}\n`), typed)).slice(0, 4);
const vkey = `${name}+${toHex(keyId)}+${toBase64(typed)}`;
const key = parseWitnessKey(vkey) as WitnessKey;

function line(timeS: bigint, { said = timeS, text = body, by = secret, as = name } = {}): string {
  const time = fromHex(timeS.toString(16).padStart(16, "0"));
  const signature = ed25519.sign(utf8(`cosignature/v1\ntime ${said}\n${text}`), by);
  return `— ${as} ${toBase64(concatBytes(keyId, time, signature))}`;
}

describe("findCosignature", () => {
  const good = line(1_679_315_147n);

  it("finds the witness's line among others and tells its time", () => {
    const lines = `— example.com/log AAAAAAAA\n${good}\n`;
    expect(findCosignature(lines, body, key)).toEqual({ line: good, timeS: 1_679_315_147 });
  });

  it.each([
    ["another time than signed", line(5n, { said: 6n })],
    ["another tree", line(5n, { text: body.replace("42", "43") })],
    ["another key under its name and id", line(5n, { by: new Uint8Array(32).fill(8) })],
    ["another name", line(5n, { as: "witness.example/w2" })],
    ["a plain note signature", `— ${name} ${toBase64(concatBytes(keyId, ed25519.sign(utf8(body), secret)))}`],
    ["a time beyond all clocks", line(2n ** 63n)],
    [
      "bytes at its end",
      `— ${name} ${toBase64(concatBytes(fromBase64(good.split(" ")[2] ?? ""), Uint8Array.of(0)))}`,
    ],
    ["no base64", `— ${name} ?`],
    ["nothing", ""],
  ])("refuses %s", (_what, lines) => {
    expect(findCosignature(lines, body, key)).toBeNull();
  });
});

describe("parseWitnessKey", () => {
  it("reads name, id and key", () => {
    expect(key).toEqual({ name, keyId, publicKey });
  });

  it.each([
    `${name}+00000000+${toBase64(typed)}`,
    vkey.replace(name, "witness.example/w2"),
    `${name}+${toHex(keyId)}+${toBase64(concatBytes(Uint8Array.of(1), publicKey))}`,
    `${name}+${toHex(keyId)}+${toBase64(typed.slice(0, 32))}`,
    "",
  ])("refuses %j", (text) => {
    expect(parseWitnessKey(text)).toBeNull();
  });
});
