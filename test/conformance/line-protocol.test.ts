/** Our line-protocol writer against the corpus that InfluxData's own Go library is held to (byte for byte). */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { encodeLine, type FieldValue } from "#store/readings/encode-line.ts";
import { shared, sharedDir } from "./shared.ts";

/** Numbers are kept as their digits: int64 and uint64 go beyond what JSON.parse gives back exactly. */
type RawValue = Partial<Record<"float" | "int" | "uint" | "string", string> & { readonly bool: boolean }>;

interface Point {
  readonly time: string;
  readonly name: string;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  readonly fields: readonly { readonly key: string; readonly value: RawValue }[];
}

interface Corpus {
  readonly encode: Record<string, { input: { point: Point }; output: { result?: string; error?: string } }>;
  readonly decode: Record<
    string,
    {
      input: { text: string | { binary: string }; precision: string };
      output: { result?: readonly Point[] | null; error?: string };
    }
  >;
}

/** The file stands one value to a line; a number is quoted so that no digit is lost. */
function readCorpus(): Corpus {
  if (sharedDir === null) return { encode: {}, decode: {} };
  const text = readFileSync(shared("data/line-protocol-corpus/corpus.json"), "utf8");
  return JSON.parse(text.replace(/: (-?\d[\d.eE+-]*)(,?)$/gm, ': "$1"$2'));
}

const corpus = readCorpus();

function fieldValue(raw: RawValue): FieldValue {
  if (raw.float !== undefined) return { float: Number(raw.float) };
  if (raw.int !== undefined) return { int: BigInt(raw.int) };
  if (raw.uint !== undefined) return { uint: BigInt(raw.uint) };
  if (raw.string !== undefined) return { string: raw.string };
  return { bool: raw.bool === true };
}

function encode({ name, tags, fields, time }: Point): string {
  return encodeLine(
    name,
    tags.map(({ key, value }) => [key, value] as const),
    fields.map(({ key, value }) => [key, fieldValue(value)] as const),
    BigInt(time),
  );
}

function encodedOrRefused(point: Point): string | null {
  try {
    return encode(point);
  } catch {
    return null;
  }
}

describe.skipIf(sharedDir === null)("line-protocol corpus", () => {
  test("all 115 encode cases, byte for byte; the one that must fail is refused", () => {
    const cases = Object.values(corpus.encode);
    const written = cases.map(({ input }) => encodedOrRefused(input.point));
    expect(written).toEqual(cases.map(({ output }) => output.result ?? null));
    expect([cases.length, written.filter((line) => line === null).length]).toEqual([115, 1]);
  });

  /** What each single line means, and which texts are no line protocol. */
  const meanings = new Map<string, Point>();
  const malformed = new Set<string>();
  const decoded = Object.values(corpus.decode);
  for (const { input, output } of decoded) {
    if (typeof input.text !== "string") continue;
    if (output.error !== undefined) malformed.add(input.text);
    const [point, ...others] = output.result ?? [];
    if (point && others.length === 0) meanings.set(input.text, point);
  }
  const points = decoded.flatMap(({ output }) => output.result ?? []);

  test("no point of the 395 decode cases is written as a text that the corpus calls malformed", () => {
    expect([decoded.length, malformed.size, points.length]).toEqual([6_615, 4_477, 400]);
    const written = points.map(encodedOrRefused);
    expect(written.filter((line) => line !== null && malformed.has(line))).toEqual([]);
    expect(written.filter((line) => line === null)).toHaveLength(0);
  });

  test("where the corpus reads what we write, it reads the same point", () => {
    const again = points.flatMap((point) => {
      const line = encodedOrRefused(point);
      const meaning = line === null ? undefined : meanings.get(line);
      return meaning === undefined ? [] : [{ line, point, meaning }];
    });
    for (const { line, point, meaning } of again) expect(meaning, line ?? "").toEqual(point);
    expect(again.length).toBe(49);
  });
});
