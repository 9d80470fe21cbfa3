import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { toHex, utf8 } from "#domain/log/bytes.ts";
import { canonicalize } from "#domain/log/canonical.ts";
import { verifyConsistency, verifyInclusion } from "#domain/log/merkle.ts";
import { shared, sharedDir } from "./shared.ts";

interface Vector {
  readonly name: string;
  readonly numbers: Record<string, bigint>;
  readonly hashes: Record<string, Uint8Array>;
  readonly proof: Uint8Array[];
  readonly wantErr: boolean;
}

const merkle = "data/transparency-dev-merkle/testdata";
const jcs = "data/cyberphone-json-canonicalization/testdata";
/** A valid vector whose roots are 12 bytes of "don't care 2": no hash of this log, so here it must be refused. */
const dummyRoots = "additional/sizes-are-equal-one-and-proof-is-empty.json";

/** Sizes go up to 2^64 − 1, which JSON.parse would round: the digits are quoted first. */
function readVector(kind: string, name: string): Vector {
  const text = readFileSync(join(shared(merkle), kind, name), "utf8");
  const raw = JSON.parse(text.replace(/: (\d+)(,?)$/gm, ': "$1"$2'));
  const bytes = (base64: string) => new Uint8Array(Buffer.from(base64 ?? "", "base64"));
  const pick = <T>(keys: string[], as: (value: string) => T) =>
    Object.fromEntries(keys.filter((key) => key in raw).map((key) => [key, as(raw[key])]));
  return {
    name,
    numbers: pick(["leafIdx", "treeSize", "size1", "size2"], BigInt),
    hashes: pick(["leafHash", "root", "root1", "root2"], bytes),
    proof: (raw.proof ?? []).map(bytes),
    wantErr: raw.wantErr,
  };
}

function vectorsOf(kind: string): Vector[] {
  if (sharedDir === null) return [];
  const files = readdirSync(join(shared(merkle), kind), { recursive: true, encoding: "utf8" });
  return files.filter((name) => name.endsWith(".json")).map((name) => readVector(kind, name));
}

describe.skipIf(sharedDir === null)("RFC 9162 proofs of transparency-dev/merkle", () => {
  const inclusion = vectorsOf("inclusion");
  const consistency = vectorsOf("consistency");

  it("has all 98 + 98 vectors, 6 valid each", () => {
    expect([inclusion.length, consistency.length]).toEqual([98, 98]);
    expect(inclusion.filter((vector) => !vector.wantErr)).toHaveLength(6);
    expect(consistency.filter((vector) => !vector.wantErr)).toHaveLength(6);
  });

  it.each(inclusion)("inclusion $name", ({ numbers, hashes, proof, wantErr }) => {
    const { leafIdx, treeSize } = numbers as { leafIdx: bigint; treeSize: bigint };
    const { leafHash, root } = hashes as { leafHash: Uint8Array; root: Uint8Array };
    expect(verifyInclusion({ index: leafIdx, size: treeSize, leafHash, proof, root })).toBe(!wantErr);
  });

  it.each(consistency)("consistency $name", ({ name, numbers, hashes, proof, wantErr }) => {
    const { size1, size2 } = numbers as { size1: bigint; size2: bigint };
    const { root1, root2 } = hashes as { root1: Uint8Array; root2: Uint8Array };
    expect(verifyConsistency({ size1, size2, root1, root2, proof })).toBe(!wantErr && name !== dummyRoots);
  });

  it("takes the dummy-root vector once its roots are hashes", () => {
    const { proof } = consistency.find((vector) => vector.name === dummyRoots) as Vector;
    const root = new Uint8Array(32).fill(7);
    expect(verifyConsistency({ size1: 1n, size2: 1n, root1: root, root2: root, proof })).toBe(true);
  });
});

describe.skipIf(sharedDir === null)("RFC 8785 vectors of cyberphone/json-canonicalization", () => {
  const names = sharedDir === null ? [] : readdirSync(shared(`${jcs}/input`));

  it("has all 6 triples", () => expect(names).toHaveLength(6));

  it.each(names)("%s", (name) => {
    const text = canonicalize(JSON.parse(readFileSync(shared(`${jcs}/input/${name}`), "utf8")));
    const hex = readFileSync(shared(`${jcs}/outhex/${name.replace(".json", ".txt")}`), "utf8");
    expect(text).toBe(readFileSync(shared(`${jcs}/output/${name}`), "utf8"));
    expect(toHex(utf8(text))).toBe(hex.replace(/\s/g, ""));
  });

  it("writes 10,000 numbers as ECMAScript does", () => {
    const lines = readFileSync(shared(`${jcs}/es6-numbers-10k.txt`), "utf8")
      .trimEnd()
      .split("\n");
    const wrong = lines.filter((line) => {
      const [hex = "", expected] = line.split(",");
      const view = new DataView(new ArrayBuffer(8));
      view.setBigUint64(0, BigInt(`0x${hex}`));
      return canonicalize(view.getFloat64(0)) !== expected;
    });
    expect(lines).toHaveLength(10_000);
    expect(wrong).toEqual([]);
  });
});
