import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const folder = path.join(
  process.env.COLDMARK_SHARED ?? path.resolve(import.meta.dirname, "../../../shared"),
  "data/transparency-dev-merkle/testdata",
);

/** What every vector says: whether its claim must be refused; hashes in base64, of any length. */
interface Vector {
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

/** The numbers of a vector: above 2^53 too, so they are read from the source text. */
const numbers = ["size1", "size2", "leafIdx", "treeSize"];

/** All vectors of transparency-dev/merkle of one kind, by the names of their files. @throws where the folder is missing */
export function readVectors<T extends Vector>(
  kind: "consistency" | "inclusion",
): { name: string; vector: T }[] {
  return readdirSync(path.join(folder, kind), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .map((name) => ({ name, vector: parseVector<T>(readFileSync(path.join(folder, kind, name), "utf8")) }));
}

/** The bytes of hashes in base64; those that a vector leaves out are empty. */
export function bytesOf(hashes: readonly (string | null)[]): Uint8Array[] {
  return hashes.map((hash) => new Uint8Array(Buffer.from(hash ?? "", "base64")));
}

/** Whether Solidity's bytes32 can carry them all. */
export function areEncodable(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((hash) => hash.length === 32);
}

function parseVector<T extends Vector>(text: string): T {
  return JSON.parse(text, (key, value, context?: { source?: string }) =>
    numbers.includes(key) ? BigInt(context?.source ?? value) : value,
  );
}
