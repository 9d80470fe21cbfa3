import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Wallet } from "ethers";
import { afterAll, expect, it } from "vitest";
import { loadConfig } from "#config";
import { publisherSigner } from "./publisher-signer.ts";

const folder = mkdtempSync(join(tmpdir(), "coldmark-key-"));
afterAll(() => rmSync(folder, { recursive: true }));
const digits = "42".repeat(32);
const { address } = new Wallet(`0x${digits}`);

const given = (settings: Record<string, string>) =>
  publisherSigner(loadConfig({ CHAIN_RPC_URL: "http://127.0.0.1:1", ...settings }));

function keyFile(name: string, text: string, mode = 0o600): { ANCHOR_KEY_FILE: string } {
  const file = join(folder, name);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return { ANCHOR_KEY_FILE: file };
}

it.each([
  ["plain", digits, 0o600],
  ["prefixed", `0x${digits}\n`, 0o600],
  ["read-only", `${digits}\n`, 0o400],
])("takes the key of a file that its owner alone can read: %s", (name, text, mode) => {
  expect(given(keyFile(name, text, mode)).account).toBe(address);
});

it("takes ANCHOR_KEY, or the account of an outside signer", () => {
  expect(given({ ANCHOR_KEY: `0x${digits}` }).account).toBe(address);
  const outside = { ANCHOR_SIGNER_URL: "http://127.0.0.1:1", ANCHOR_ACCOUNT: address.toLowerCase() };
  expect(given(outside).account).toBe(address);
  expect(() => given({})).toThrow("needs ANCHOR_KEY_FILE");
});

it.each([0o640, 0o604, 0o660, 0o777])("refuses a file of mode %o", (mode) => {
  const settings = keyFile(`mode-${mode}`, digits, mode);
  expect(() => given(settings)).toThrow(`has mode 0${mode.toString(8)}: others may read it, chmod 600`);
});

it("refuses a link, a folder and what isn't there", () => {
  const link = join(folder, "link");
  symlinkSync(keyFile("target", digits).ANCHOR_KEY_FILE, link);
  expect(() => given({ ANCHOR_KEY_FILE: link })).toThrow("is a symbolic link");
  mkdirSync(join(folder, "sub"), { mode: 0o700 });
  expect(() => given({ ANCHOR_KEY_FILE: join(folder, "sub") })).toThrow("is not a regular file");
  expect(() => given({ ANCHOR_KEY_FILE: join(folder, "none") })).toThrow("can't be read (ENOENT)");
});

it.each([
  "",
  "0x12",
  `${digits}\n${digits}`,
  "z".repeat(64),
  "a".repeat(1_000),
  "f".repeat(64),
  "0".repeat(64),
])("C12: refuses %j and never says it", (text) => {
  const settings = keyFile("damaged", text);
  let said = "";
  try {
    given(settings);
  } catch (error) {
    said = JSON.stringify(error) + String(error);
  }
  expect(said).toMatch(/ANCHOR_KEY_FILE/);
  if (text !== "") expect(said).not.toContain(text);
});

it("refuses two keys at once, and a signer without its account", () => {
  const file = keyFile("both", digits);
  expect(() => given({ ...file, ANCHOR_KEY: `0x${digits}` })).toThrow("is set beside ANCHOR_KEY");
  expect(() => given({ ANCHOR_SIGNER_URL: "http://127.0.0.1:1" })).toThrow("needs ANCHOR_ACCOUNT");
});
