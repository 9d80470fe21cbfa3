import type { Random } from "#test/support/random.ts";

/** The largest tree of a random claim, in leaves. */
export const largest = 2 ** 40;
const limit = 2n ** 64n;

/** From 1 to `most`, as likely small as large, every second time within 2 of a power of two. */
export function randomSize(random: Random, most: number): number {
  const power = 2 ** random.below(41);
  const size = random.chance(50)
    ? power + random.below(5) - 2
    : Math.floor(power * (1 + random.below(2 ** 30) / 2 ** 30));
  return Math.max(1, Math.min(size, most));
}

/** Another number below 2^64, of a kind that a careless verifier takes for this one. */
export function otherSize(size: bigint, random: Random): bigint {
  const other = random.pick([
    size + 1n,
    size - 1n,
    size * 2n,
    size / 2n,
    size + 2n ** 32n,
    size + 2n ** 63n,
    limit - 1n,
  ]);
  return ((other % limit) + limit) % limit;
}

/** The hash with one bit changed. */
export function flipBit(hash: Uint8Array, random: Random): Uint8Array {
  const at = random.below(32);
  return hash.with(at, (hash[at] ?? 0) ^ (1 << random.below(8)));
}

/** The bytes of a hash as `uniform-tree.ts` writes it. */
export function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.slice(2), "hex"));
}

/** A claim in one line: what somebody needs to try it again. */
export function tellClaim(claim: object): string {
  return JSON.stringify(claim, (_, value) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
    return typeof value === "bigint" ? String(value) : value;
  });
}
