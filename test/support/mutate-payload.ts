/** Messages of gateways, right ones and those a step away from right, in every form the inbox takes. */
import { gzipSync } from "node:zlib";
import { encode } from "cborg";
import { toBase64 } from "#domain/log/bytes.ts";
import { bodyOf, signedMessage } from "./mqtt-gateway.ts";
import { mutateBytes } from "./mutate-bytes.ts";
import type { Random } from "./random.ts";

/** A payload and the topic it goes to. */
export interface FuzzMessage {
  readonly topic: string;
  readonly payload: Buffer;
}

const newestTs = 1_700_000_000_000;
const farFuture = 4_000_000_000_000;
/** One byte more than a message may have. */
const tooLargeBytes = 262_145;
/** Few enough moments that readings meet: duplicates and conflicts come about. */
const moments = 200_000;

const strange: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    0,
    -0,
    -1,
    0.5,
    1e308,
    5e-324,
    2 ** 53,
    -(2 ** 53),
    151,
    -91,
    "",
    "5",
    "t1",
    "__proto__",
  ],
  ...[[], {}, [[]], { $gt: 0 }, "\0", "\ud800", "x".repeat(5_000), newestTs * 1_000, Array(200).fill(0)],
];
/** Texts in place of a number, which no serialiser would write. */
const strangeText = [
  "1e400",
  "NaN",
  "-",
  "01",
  "0x10",
  "9".repeat(400),
  '{"a":'.repeat(9),
  "[".repeat(300),
  '1,"v":2',
  '1,"__proto__":{}',
];

/** Message number `n` of this gateway, on one of its topics or, rarely, on another's. */
export function hostileMessage(random: Random, id: string, n: number): FuzzMessage {
  const lane = random.chance(75) ? "data" : random.pick(["hist", "hist", "status"]);
  const topic = random.chance(97)
    ? `coldmark/v1/${id}/${lane}`
    : random.pick([`coldmark/v1/x${id}/data`, "a/b", `coldmark/v1/${id}/data/`]);
  if (random.chance(4)) return { topic, payload: random.bytes(random.below(300)) };
  const body = bodyObject(random, n);
  const changed = random.chance(45) ? mutateValue(body, random) : body;
  const text = random.chance(8) ? mutateText(JSON.stringify(changed), random) : JSON.stringify(changed);
  const payload = dress(text, changed, random, { topic, id });
  return { topic, payload: random.chance(25) ? mutateBytes(payload, random) : payload };
}

function bodyObject(random: Random, n: number): Record<string, unknown> {
  const readings = Array.from({ length: 1 + random.below(4) }, () => readingOf(random));
  const seq = random.chance(90) ? n + 1 : 1 + random.below(n + 1);
  return JSON.parse(bodyOf(1 + random.below(2), seq, readings, random.below(1e9))) as Record<string, unknown>;
}

function readingOf(random: Random): Record<string, unknown> {
  const ts = random.chance(98) ? newestTs - random.below(moments) * 1_000 : farFuture;
  const time = random.chance(90) ? { ts } : { up: random.below(1e9) };
  const others = { rh: random.below(110), door: random.chance(50), err: "open" };
  return {
    s: random.chance(97) ? "t1" : "t9",
    ...time,
    ...(random.chance(90) ? { t: random.below(12) } : others),
  };
}

/** Puts something strange in one place of a tree, or takes the place away. */
function mutateValue(value: unknown, random: Random): unknown {
  if (typeof value !== "object" || value === null || random.chance(10)) return random.pick(strange);
  if (Array.isArray(value)) {
    const at = random.below(value.length + 1);
    return [...value.slice(0, at), mutateValue(value[at], random), ...value.slice(at + random.below(2))];
  }
  const fields = Object.entries(value);
  const at = random.below(fields.length);
  if (fields.length === 0 || random.chance(10)) {
    fields.push([random.pick(["x", "constructor", "sig", "body", "ts"]), random.pick(strange)]);
  } else if (random.chance(15)) fields.splice(at, 1);
  else fields[at] = [fields[at]?.[0] ?? "", mutateValue(fields[at]?.[1], random)];
  return Object.fromEntries(fields);
}

function mutateText(text: string, random: Random): string {
  const numbers = [...text.matchAll(/(?<=:)\d+/g)];
  const at = numbers[random.below(numbers.length)];
  if (!at) return text;
  return text.slice(0, at.index) + random.pick(strangeText) + text.slice(at.index + at[0].length);
}

/** Plain, signed, packed, as CBOR, or several of these; a signed one may have a part of it changed afterwards. */
function dress(
  text: string,
  value: unknown,
  random: Random,
  { topic, id }: { topic: string; id: string },
): Buffer {
  const way = random.below(10);
  if (way < 3) return Buffer.from(random.below(300) === 0 ? text.padEnd(tooLargeBytes) : text);
  if (way === 3) return gzipSync(text);
  if (way === 4) return Buffer.from(encode(value));
  const wrapped = wrap(text, random, topic, id);
  if (way < 8) return Buffer.from(JSON.stringify(wrapped));
  if (way === 8) return gzipSync(JSON.stringify(wrapped));
  return Buffer.from(encode(withBytes(wrapped)));
}

/** A wrapper as CBOR would hold it: signature and body as bytes, not as base64. */
function withBytes(wrapped: unknown): unknown {
  if (typeof wrapped !== "object" || wrapped === null) return wrapped;
  const fields = Object.entries(wrapped).map(([name, value]) => {
    const isBytes = (name === "sig" || name === "body") && typeof value === "string";
    return [name, isBytes ? Buffer.from(value, "base64") : (value as unknown)] as const;
  });
  return Object.fromEntries(fields);
}

function wrap(text: string, random: Random, topic: string, id: string): unknown {
  const signedFor = random.chance(90) ? topic : `${topic}x`;
  const wrapped = JSON.parse(signedMessage(signedFor, text, `${id}.key-1`)) as Record<string, unknown>;
  if (random.chance(80)) return wrapped;
  if (random.chance(30)) return mutateValue(wrapped, random);
  const part = random.pick(["sig", "body"]);
  const changed = mutateBytes(Buffer.from(String(wrapped[part]), "base64"), random);
  const forged = random.pick([
    { alg: "none" },
    { alg: "ES256" },
    { kid: "gw-send-1.key-1" },
    { kid: "__proto__" },
    {},
  ]);
  return { ...wrapped, ...forged, [part]: toBase64(changed) };
}
