import { hash } from "node:crypto";

const hashBytes = 32;

/** A running hash over messages that follow one another. */
export interface HashChain {
  add(sha256: Uint8Array): void;
  value(): Uint8Array;
}

/** Goes on from `start`: h(n) = SHA-256(h(n-1) ‖ SHA-256(raw n)) (design §4), each step on the same 64 bytes. */
export function chainHashes(start: Uint8Array): HashChain {
  const pair = Buffer.alloc(2 * hashBytes);
  pair.set(start);
  return {
    add: (sha256) => {
      pair.set(sha256, hashBytes);
      pair.write(hash("sha256", pair, "binary"), "binary");
    },
    value: () => new Uint8Array(pair.subarray(0, hashBytes)),
  };
}
