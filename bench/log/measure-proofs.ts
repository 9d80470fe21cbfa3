import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { sha256 } from "@noble/hashes/sha2.js";
import { keepTiles } from "#domain/log/keep-tiles.ts";
import { verifyConsistency, verifyInclusion } from "#domain/log/merkle.ts";
import { growTiles, hashLength, type ReadTiles, tilePath } from "#domain/log/tile.ts";
import { consistencyFromTiles, inclusionFromTiles, rootFromTiles } from "#domain/log/tile-proofs.ts";
import { fastSha256 } from "#services/log/fast-sha256.ts";
import { TileFolder } from "#store/tile-folder.ts";

/** Milliseconds that proofs and checks took at one size of the log; a median and the 99th of 100. */
export interface ProofTimes {
  readonly size: number;
  readonly inclusion: Times;
  readonly consistency: Times;
  readonly verifyInclusion: Times;
  readonly verifyConsistency: Times;
  readonly hashesInProof: number;
}

/** Of many measurements, in ms. */
export interface Times {
  readonly p50: number;
  readonly p99: number;
}

const leavesAtOnce = 65_536;

/** Grows a folder of tiles to each size in turn, and times proofs of random entries and sizes from its files. */
export async function measureProofs(
  folder: string,
  sizes: readonly number[],
  proofs: number,
): Promise<ProofTimes[]> {
  const measured: ProofTimes[] = [];
  let have = 0;
  for (const size of sizes) {
    await growFolder(folder, have, size);
    have = size;
    measured.push(await measureAt(keepTiles(new TileFolder(folder).read), size, proofs));
  }
  return measured;
}

async function measureAt(read: ReadTiles, size: number, proofs: number): Promise<ProofTimes> {
  const root = await rootFromTiles(BigInt(size), read);
  const taken: Record<"inclusion" | "consistency" | "verifyInclusion" | "verifyConsistency", number[]> = {
    inclusion: [],
    consistency: [],
    verifyInclusion: [],
    verifyConsistency: [],
  };
  let hashesInProof = 0;
  for (let round = 0; round < proofs; round += 1) {
    const [index, size1] = [pick(size), 1 + pick(size)];
    const proof = await timed(taken.inclusion, () =>
      inclusionFromTiles(BigInt(index), BigInt(size), read, fastSha256),
    );
    hashesInProof = Math.max(hashesInProof, proof.length);
    const claim = { index, size, leafHash: leafAt(index), proof, root };
    const isIn = await timed(taken.verifyInclusion, () => verifyInclusion(claim));
    const path = await timed(taken.consistency, () =>
      consistencyFromTiles(BigInt(size1), BigInt(size), read, fastSha256),
    );
    const root1 = await rootFromTiles(BigInt(size1), fullEnough(read, size));
    const between = { size1, size2: size, root1, root2: root, proof: path };
    const isExtended = await timed(taken.verifyConsistency, () => verifyConsistency(between));
    if (!isIn || !isExtended) throw new Error(`a proof at ${size} does not verify`);
  }
  const [inclusion, consistency] = [timesOf(taken.inclusion), timesOf(taken.consistency)];
  const checks = {
    verifyInclusion: timesOf(taken.verifyInclusion),
    verifyConsistency: timesOf(taken.verifyConsistency),
  };
  return { size, inclusion, consistency, ...checks, hashesInProof };
}

/** Tiles of a smaller tree are the beginnings of those there are. */
function fullEnough(read: ReadTiles, size: number): ReadTiles {
  return (places) =>
    read(
      places.map(({ level, index }) => {
        const count = Math.floor(size / 256 ** level) - Number(index) * 256;
        return { level, index, width: Math.min(256, count) };
      }),
    );
}

async function growFolder(folder: string, from: number, to: number): Promise<void> {
  const { read } = new TileFolder(folder);
  for (let size = from; size < to; size += leavesAtOnce) {
    const count = Math.min(leavesAtOnce, to - size);
    const leaves = Array.from({ length: count }, (_, at) => leafAt(size + at));
    for (const { level, index, hashes } of await growTiles(BigInt(size), leaves, read, fastSha256)) {
      const place = { index, width: hashes.length / hashLength };
      const path = join(folder, "public", "tile", String(level), tilePath(place));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, hashes);
    }
  }
}

/** A leaf that is made up, the same each time. */
function leafAt(index: number): Uint8Array {
  return sha256(Uint8Array.of(index >>> 24, index >>> 16, index >>> 8, index));
}

async function timed<T>(taken: number[], work: () => T | Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  taken.push(performance.now() - began);
  return result;
}

function timesOf(taken: readonly number[]): Times {
  const sorted = taken.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

function pick(below: number): number {
  return Math.floor(Math.random() * below);
}
