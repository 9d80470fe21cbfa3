import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { getAddress } from "ethers";
import type { Config } from "#config";
import { AppError } from "#domain/errors.ts";
import { keySigner, outsideSigner, type Signer } from "./signer.ts";

const keyFileMaxBytes = 200;
const othersMay = 0o077;

/**
 * Who extends the log on a chain of others: ANCHOR_KEY, the key in ANCHOR_KEY_FILE, or the signer at ANCHOR_SIGNER_URL.
 * @throws AppError BAD_SETTING when none is set, or the file is not one that its owner alone can read
 */
export function publisherSigner(
  config: Pick<Config, "anchorKey" | "anchorKeyFile" | "anchorSignerUrl" | "anchorAccount">,
): Signer {
  const { anchorKey, anchorKeyFile, anchorSignerUrl, anchorAccount } = config;
  if (anchorKey !== undefined) return keySigner(anchorKey.reveal());
  if (anchorKeyFile !== undefined) return signerIn(anchorKeyFile);
  if (anchorSignerUrl !== undefined && anchorAccount !== undefined)
    return outsideSigner(anchorSignerUrl, getAddress(anchorAccount.toLowerCase()));
  const message = "CHAIN_RPC_URL needs ANCHOR_KEY_FILE, ANCHOR_SIGNER_URL or ANCHOR_KEY";
  throw new AppError("BAD_SETTING", message);
}

/** What others say of a bad key may show it, so it is not passed on. */
function signerIn(file: string): Signer {
  const text = readSecretFile(file).trim();
  try {
    if (/^(0x)?[0-9a-fA-F]{64}$/.test(text)) return keySigner(text.startsWith("0x") ? text : `0x${text}`);
  } catch {
    throw refused(file, "holds 64 hex digits that are no private key");
  }
  throw refused(file, "does not hold a private key: 64 hex digits, with or without 0x");
}

/** Looked at once it is open, so that nobody exchanges it in between; a link or a pipe is not even read. */
function readSecretFile(file: string): string {
  const handle = openWithoutLinks(file);
  try {
    const found = fstatSync(handle);
    if (!found.isFile()) throw refused(file, "is not a regular file");
    if ((found.mode & othersMay) !== 0)
      throw refused(file, `has mode 0${(found.mode & 0o777).toString(8)}: others may read it, chmod 600`);
    if (found.size > keyFileMaxBytes) throw refused(file, "is too long for a private key");
    return readFileSync(handle, "utf8");
  } finally {
    closeSync(handle);
  }
}

function openWithoutLinks(file: string): number {
  try {
    return openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw refused(file, code === "ELOOP" ? "is a symbolic link" : `can't be read (${code})`);
  }
}

function refused(file: string, why: string): AppError {
  return new AppError("BAD_SETTING", `ANCHOR_KEY_FILE ${file} ${why}`);
}
