import type { Random } from "./random.ts";

const longestInsert = 64;

const mutations: readonly ((bytes: Buffer, random: Random) => Buffer)[] = [
  flipBits,
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => splice(bytes, random, random.bytes(random.below(longestInsert))),
  (bytes, random) => splice(bytes, random, sliceOf(bytes, random)),
  (bytes, random) => Buffer.concat([bytes, sliceOf(bytes, random)]),
  (bytes, random) =>
    splice(
      bytes,
      random,
      Buffer.alloc(random.below(longestInsert), random.pick([0, 0x20, 0x7f, 0x80, 0xff])),
    ),
  (bytes, random) => {
    const from = random.below(bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + random.below(8))]);
  },
];

/** The bytes, changed in one to three ways: bits flipped, cut short, a piece put in, repeated or taken out. */
export function mutateBytes(bytes: Uint8Array, random: Random): Buffer {
  let changed = Buffer.from(bytes);
  for (let left = 1 + random.below(3); left > 0; left -= 1) {
    changed = Buffer.from(random.pick(mutations)(changed, random));
  }
  return changed;
}

function flipBits(bytes: Buffer, random: Random): Buffer {
  const changed = Buffer.from(bytes);
  for (let left = 1 + random.below(4); left > 0 && changed.length > 0; left -= 1) {
    const at = random.below(changed.length);
    changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
  }
  return changed;
}

function sliceOf(bytes: Buffer, random: Random): Buffer {
  const from = random.below(bytes.length + 1);
  return bytes.subarray(from, from + random.below(longestInsert));
}

function splice(bytes: Buffer, random: Random, piece: Buffer): Buffer {
  const at = random.below(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
}
