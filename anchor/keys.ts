import { createHash, randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ed25519 } from "@noble/curves/ed25519.js";
import type { Config } from "#config";
import { AppError } from "#domain/errors.ts";
import { fromHex, toHex } from "#domain/log/bytes.ts";

/** An Ed25519 key pair of the operator; `kid` = the first 16 hex digits of SHA-256(public key). */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** The keys that sign checkpoints and receipts, made on the first start. @throws AppError BAD_SETTING on a damaged file */
export function loadKeys(config: Pick<Config, "logKeyFile" | "receiptKeyFile">): {
  logKey: SigningKey;
  receiptKey: SigningKey;
} {
  return { logKey: signingKeyIn(config.logKeyFile), receiptKey: signingKeyIn(config.receiptKeyFile) };
}

/** The private key (0x-hex) that publishes on the embedded chain, made on the first start. */
export function embeddedAnchorKey(dataDir: string): string {
  return `0x${toHex(secretIn(join(dataDir, "keys", "anchor.key")))}`;
}

function signingKeyIn(file: string): SigningKey {
  const privateKey = secretIn(file);
  const publicKey = ed25519.getPublicKey(privateKey);
  return { kid: createHash("sha256").update(publicKey).digest("hex").slice(0, 16), privateKey, publicKey };
}

/** 32 random bytes kept as hex in a file of mode 0600; of two starters, one makes it and both read it. */
export function secretIn(file: string): Uint8Array {
  const text = readOrNull(file) ?? createSecret(file);
  if (!/^[0-9a-f]{64}\n?$/.test(text)) throw new AppError("BAD_SETTING", `the key file ${file} is damaged`);
  return fromHex(text.trim());
}

function createSecret(file: string): string {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${randomBytes(32).toString("hex")}\n`, { mode: 0o600, flush: true });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    unlinkSync(draft);
  }
  return readFileSync(file, "utf8");
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
