/** Reading a proof bundle and a trust file: the exact shape of version 1, every size bounded, nothing extra. */
import type { Bundle, TrustFile } from "./bundle.ts";
import {
  anyOf,
  anything,
  chainHex,
  dictionary,
  hex,
  integer,
  list,
  oneOf,
  record,
  requireShape,
  text,
  tuple,
} from "./shape.ts";
import { parseStrictJson } from "./strict-json.ts";

const hash = hex(32);
const salt = hex(16);
const count = integer(0);
const path = list(hash, 64);
const headerFields = { kind: text(40), from: integer(), to: integer() };
const opening = record({ salt, header: record(headerFields), bodySalt: salt, body: anything });
const reading = tuple(text(64), integer(), anyOf(integer(), oneOf(null)), anyOf(text(64), oneOf(null)));
const openedEntry = record(
  { salt, header: record(headerFields), bodySalt: salt, body: anything },
  { readings: list(reading, 200_000) },
);
const erasedEntry = record({ salt, header: record({ ...headerFields, body: hash }) });
const hiddenEntry = record({ commit: hash });
const otherLeaf = record({ stream: hash, seq: count, leaf: hash });
const headsProof = record(
  { siblings: list(anyOf(hash, oneOf("")), 256) },
  { seq: count, leaf: hash, other: otherLeaf },
);
const headsLeaf = record({ seq: count, prev: hash, opening, path });
const stretch = record({
  stream: hash,
  from: count,
  prev: hash,
  entries: list(anyOf(openedEntry, erasedEntry, hiddenEntry), 100_000),
  end: anyOf(oneOf("newest"), count),
  head: headsProof,
});
const day = record({
  day: count,
  size: integer(1),
  root: hash,
  anchoredAt: count,
  heads: headsLeaf,
  streams: dictionary(hash, headsProof),
});

/** The shapes of what every kind of bundle proves its streams by. */
export const proofFields = {
  checkpoint: text(10_000),
  heads: headsLeaf,
  anchor: record({ tx: anyOf(text(66), oneOf(null)) }),
  days: list(day, 4_000),
  streams: list(stretch, 1_000),
  references: list(record({ stream: hash, seq: count, prev: hash, opening }), 1_000),
};

const bundleShape = record({
  v: oneOf(1),
  subject: text(300),
  view: oneOf("public", "partner"),
  ...proofFields,
});

const trustShape = record(
  {
    chainId: integer(0),
    contract: chainHex(20),
    codeHash: chainHex(32),
    logId: chainHex(32),
    logKeys: list(text(300), 20),
    chainClass: oneOf("operator", "consortium", "public"),
    profiles: list(record({ name: text(40), version: integer(1) }), 20),
  },
  { witnesses: list(text(300), 50) },
);

const bundleLimits = { maxBytes: 64 * 1024 * 1024, maxDepth: 16 };

/** The bundle in a text; throws ShapeError or StrictJsonError with the place of the first fault. */
export function parseBundle(json: string): Bundle {
  const value = parseStrictJson(json, bundleLimits);
  requireShape(value, bundleShape);
  return value as Bundle;
}

/** The trust file in a text; throws ShapeError or StrictJsonError with the place of the first fault. */
export function parseTrust(json: string): TrustFile {
  const value = parseStrictJson(json, { maxBytes: 64 * 1024, maxDepth: 6 });
  requireShape(value, trustShape);
  return value as TrustFile;
}
