import fc from "fast-check";
import { expect, it } from "vitest";
import { utf8 } from "./bytes.ts";
import { canonicalize } from "./canonical.ts";
import { commitmentOf, entryBytes, headerBytes, saltedHash, streamOf } from "./entry.ts";

const hash = fc.constantFrom("0".repeat(64), "ab".repeat(32), streamOf("urn:x"));

it("writes entries and headers in their RFC 8785 form", () => {
  const entry = fc.record({
    v: fc.constant(1 as const),
    stream: hash,
    seq: fc.maxSafeNat(),
    prev: hash,
    commit: hash,
  });
  const kind = fc.string({ unit: "grapheme" });
  const header = fc.record({ kind, from: fc.maxSafeInteger(), to: fc.maxSafeNat(), body: hash });
  fc.assert(
    fc.property(entry, (one) => {
      expect(entryBytes(one)).toEqual(utf8(canonicalize(one)));
    }),
  );
  fc.assert(
    fc.property(header, (one) => {
      expect(headerBytes(one)).toEqual(utf8(canonicalize(one)));
    }),
  );
});

it("commits to a header that holds the body's salted hash", () => {
  const opening = {
    salt: "00".repeat(16),
    bodySalt: "ff".repeat(16),
    header: { kind: "k", from: 1, to: 2 },
    body: { a: 1 },
  };
  const body = saltedHash(opening.bodySalt, opening.body);
  expect(commitmentOf(opening)).toBe(saltedHash(opening.salt, { ...opening.header, body }));
});
