import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { createSHA256 } from "hash-wasm";
import type { Sha256 } from "#domain/log/merkle.ts";

/** SHA-256 in WebAssembly, some four times as quick as in JavaScript; the latter where a browser allows no WebAssembly. */
export async function quickSha256(): Promise<Sha256> {
  try {
    const hasher = await createSHA256();
    return (bytes) => hasher.init().update(bytes).digest("binary");
  } catch {
    return nobleSha256;
  }
}
