import { sha256 } from "@noble/hashes/sha2.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes, toHex } from "./bytes.ts";
import type { Head } from "./head.ts";
import { buildHeadsTree, type HeadsProof, headsProof, headsRoot, verifyHeads } from "./prefix-tree.ts";

const zeros = new Uint8Array(32);

/** Ids from two bits in few bytes: many share long prefixes, down to the last bit. */
const stream = fc
  .tuple(fc.constantFrom(0, 1, 0x80, 0xff), fc.constantFrom(0, 0x40), fc.constantFrom(0, 1, 2, 3))
  .map(([first, second, last]) => {
    const id = new Uint8Array(32);
    id.set([first, second], 0);
    id[31] = last;
    return id;
  });
const head = fc.record({
  stream,
  seq: fc.maxSafeNat(),
  leaf: fc.uint8Array({ minLength: 32, maxLength: 32 }),
});
const heads = fc.uniqueArray(head, { selector: (item) => toHex(item.stream), maxLength: 24 });

/** The definition of design §5 written down naively: sort by bits, split, hash. */
function rootByDefinition(items: Head[], depth = 0): Uint8Array {
  const [only] = items;
  if (only === undefined) return zeros;
  if (items.length === 1) {
    const seq = Buffer.alloc(8);
    seq.writeBigUInt64BE(BigInt(only.seq));
    return sha256(concatBytes(Uint8Array.of(0x10), only.stream, seq, only.leaf));
  }
  const isRight = ({ stream: id }: Head) => (BigInt(`0x${toHex(id)}`) >> BigInt(255 - depth)) & 1n;
  const left = rootByDefinition(
    items.filter((item) => !isRight(item)),
    depth + 1,
  );
  const right = rootByDefinition(items.filter(isRight), depth + 1);
  return sha256(concatBytes(Uint8Array.of(0x11), left, right));
}

function at(byte: number, seq = 0): Head {
  return { stream: new Uint8Array(32).fill(byte), seq, leaf: new Uint8Array(32).fill(seq + 1) };
}

describe("headsRoot", () => {
  it("is what the definition says, in any order", () => {
    fc.assert(
      fc.property(heads, (items) => {
        expect(headsRoot(items)).toEqual(rootByDefinition(items));
        expect(headsRoot(items.toReversed())).toEqual(headsRoot(items));
      }),
    );
  });

  it("is 32 zero bytes without streams", () => expect(headsRoot([])).toEqual(zeros));

  it("refuses a stream twice and ill-formed heads", () => {
    expect(() => headsRoot([at(1), at(2), at(1, 5)])).toThrow("two heads");
    expect(() => headsRoot([{ ...at(1), seq: -1 }])).toThrow("seq");
    expect(() => headsRoot([{ ...at(1), stream: new Uint8Array(31) }])).toThrow("32 bytes");
  });
});

describe("buildHeadsTree", () => {
  it("ends the same whether heads were set one by one, replaced or built", () => {
    fc.assert(
      fc.property(heads, heads, (before, after) => {
        const tree = buildHeadsTree(before);
        const rootBefore = tree.root;
        for (const item of after) tree.set(item);
        const merged = new Map([...before, ...after].map((item) => [toHex(item.stream), item]));
        expect(tree.root).toEqual(headsRoot(merged.values()));
        expect(rootBefore).toEqual(headsRoot(before));
      }),
    );
  });

  it("goes its own way from a branch, and the branch its own", () => {
    fc.assert(
      fc.property(heads, heads, heads, (before, here, there) => {
        const rootOf = (...parts: (typeof before)[]) =>
          headsRoot(new Map(parts.flat().map((item) => [toHex(item.stream), item])).values());
        const tree = buildHeadsTree(before);
        const branch = tree.branch();
        for (const item of here) tree.set(item);
        for (const item of there) branch.set(item);
        const second = branch.branch();
        for (const item of here) second.set(item);
        expect(tree.root).toEqual(rootOf(before, here));
        expect(branch.root).toEqual(rootOf(before, there));
        expect(second.root).toEqual(rootOf(before, there, here));
        for (const { stream } of before)
          expect(verifyHeads(branch.root, stream, branch.proof(stream))).not.toBeNull();
      }),
    );
  });
});

describe("a heads proof", () => {
  it("shows presence with seq and leaf, or absence, and survives JSON", () => {
    fc.assert(
      fc.property(heads, stream, (items, id) => {
        const expected = items.find((item) => toHex(item.stream) === toHex(id));
        const proof = JSON.parse(JSON.stringify(headsProof(items, id)));
        expect(verifyHeads(headsRoot(items), id, proof)).toEqual(
          expected ? { present: true, seq: expected.seq, leaf: expected.leaf } : { present: false },
        );
      }),
    );
  });

  it("is wrong under another root, for another stream's claim, or with any change", () => {
    fc.assert(
      fc.property(heads, stream, fc.nat(), (items, id, pick) => {
        const [root, proof] = [headsRoot(items), headsProof(items, id)];
        for (const wrong of tampered(proof, pick)) expect(verifyHeads(root, id, wrong)).toBeNull();
        expect(
          verifyHeads(
            root.map((byte) => byte ^ 1),
            id,
            proof,
          ),
        ).toBeNull();
      }),
    );
  });

  it("of presence cannot be turned into absence", () => {
    const items = [at(0x00), at(0x0f), at(0xf0)];
    const id = at(0x0f).stream;
    const { siblings } = headsProof(items, id);
    expect(verifyHeads(headsRoot(items), id, { siblings })).toBeNull();
    const own = { stream: toHex(id), seq: 0, leaf: toHex(at(0x0f).leaf) };
    expect(verifyHeads(headsRoot(items), id, { siblings, other: own })).toBeNull();
    for (const elsewhere of [at(0x00), at(0xf0)]) {
      expect(verifyHeads(headsRoot(items), id, headsProof(items, elsewhere.stream))).toBeNull();
    }
  });

  it("of absence beside a foreign leaf needs the shared prefix", () => {
    const items = [at(0x00), at(0xf0)];
    const proof = headsProof(items, at(0x0f).stream);
    expect(proof.other?.stream).toBe(toHex(at(0x00).stream));
    expect(verifyHeads(headsRoot(items), at(0x0f).stream, proof)).toEqual({ present: false });
    expect(verifyHeads(headsRoot(items), at(0xff).stream, proof)).toBeNull();
  });

  it("reaches depth 256 and not further", () => {
    const [even, odd] = [
      new Uint8Array(32),
      Uint8Array.from({ length: 32 }, (_, place) => (place === 31 ? 1 : 0)),
    ];
    const items = [
      { ...at(0), stream: even },
      { ...at(0, 3), stream: odd },
    ];
    const [root, proof] = [headsRoot(items), headsProof(items, odd)];
    expect(proof.siblings).toHaveLength(256);
    expect(verifyHeads(root, odd, proof)).toEqual({ present: true, seq: 3, leaf: items[1]?.leaf });
    expect(verifyHeads(root, odd, { ...proof, siblings: [...proof.siblings, toHex(zeros)] })).toBeNull();
  });

  it("that is anything at all gives null and never throws", () => {
    const [root, id] = [headsRoot([at(1)]), at(1).stream];
    fc.assert(fc.property(fc.anything(), (proof) => verifyHeads(root, id, proof) === null));
    expect(verifyHeads(null as unknown as Uint8Array, id, headsProof([at(1)], id))).toBeNull();
  });
});

/** Every kind of change a forger might try on one proof. */
function* tampered(proof: HeadsProof, pick: number): Generator<unknown> {
  const place = proof.siblings.length === 0 ? -1 : pick % proof.siblings.length;
  const other = toHex(new Uint8Array(32).fill(9));
  if (place >= 0) yield { ...proof, siblings: proof.siblings.with(place, other) };
  if (place >= 0) yield { ...proof, siblings: proof.siblings.toSpliced(place, 1) };
  yield { ...proof, siblings: [...proof.siblings, other] };
  yield { ...proof, siblings: [...proof.siblings, ""] };
  yield { ...proof, siblings: ["", ...proof.siblings] };
  yield { ...proof, seq: (proof.seq ?? 0) + 1 };
  yield { ...proof, leaf: other };
  yield { ...proof, note: 1 };
  if (proof.siblings.includes("")) {
    yield { ...proof, siblings: proof.siblings.map((hex) => (hex === "" ? toHex(zeros) : hex)) };
  }
  if (proof.other) yield { ...proof, other: { ...proof.other, seq: proof.other.seq + 1 } };
}
