import { ED25519_TORSION_SUBGROUP, ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { expect, it } from "vitest";
import { concatBytes } from "#domain/log/bytes.ts";
import { verifySignature } from "#domain/log/signature.ts";
import { checkSignature } from "./check-signature.ts";
import { checkSignatureAside } from "./check-signature-aside.ts";

const { Point } = ed25519;
const { ORDER: order, BYTES: width } = Point.Fn;
const prime = Point.Fp.ORDER;
const small = ED25519_TORSION_SUBGROUP.map((hex) => Point.fromHex(hex));
const [secret, nonce] = [0x1234_5678n ** 7n % order, 0x8765_4321n ** 7n % order];

function littleEndian(value: bigint): Uint8Array {
  return Buffer.from(value.toString(16).padStart(2 * width, "0"), "hex").reverse();
}

function challenge(...parts: Uint8Array[]): bigint {
  return BigInt(`0x${Buffer.from(sha512(concatBytes(...parts)).reverse()).toString("hex")}`) % order;
}

/** A signature by key and nonce to which points of small order are added. */
function mixed(keyPart: number, noncePart: number, r: bigint, message: Uint8Array) {
  const nonces = r === 0n ? Point.ZERO : Point.BASE.multiply(r);
  const publicKey = Point.BASE.multiply(secret)
    .add(small[keyPart] ?? Point.ZERO)
    .toBytes();
  const point = nonces.add(small[noncePart] ?? Point.ZERO).toBytes();
  const s = (r + challenge(point, publicKey, message) * secret) % order;
  return { publicKey, message, signature: concatBytes(point, littleEndian(s)) };
}

/** What each of the three says: the domain, OpenSSL, libsodium. */
async function saidBy(check: { publicKey: Uint8Array; message: Uint8Array; signature: Uint8Array }) {
  const { publicKey, message, signature } = check;
  const one = { alg: "Ed25519" as const, ...check };
  const domain = verifySignature("Ed25519", publicKey, message, signature);
  return [domain, checkSignature(one), await checkSignatureAside(one)];
}

const messages = Array.from({ length: 2 }, (_, n) => new Uint8Array(n + 1).fill(n));
const eight = [...small.keys()];

it("takes a signature of points of mixed order only where the domain and OpenSSL do", async () => {
  const cases = messages.flatMap((message) =>
    [nonce, 0n].flatMap((r) => eight.flatMap((key) => eight.map((point) => mixed(key, point, r, message)))),
  );
  const said = await Promise.all(cases.map(saidBy));
  expect(said.filter(([, openssl, sodium]) => openssl !== sodium)).toEqual([]);
  expect(said.filter(([domain, , sodium]) => sodium && !domain)).toEqual([]);
  expect(said.filter(([domain, , sodium]) => sodium && domain).length).toBeGreaterThan(messages.length);
  // The domain multiplies by the cofactor (RFC 8032 §5.1.7 allows both): it takes what only the key's owner can make on purpose.
  expect(said.filter(([domain, , sodium]) => domain && !sodium).length).toBeGreaterThan(0);
});

it("takes no key and no point that is of small order or not canonical, and no s above the order", async () => {
  const beyond = Array.from({ length: 19 }, (_, y) => littleEndian(prime + BigInt(y)));
  const negativeZero = [1n, prime - 1n].map(littleEndian);
  const odd = [
    ...beyond,
    ...[...beyond, ...negativeZero].map((bytes) => bytes.with(31, (bytes[31] ?? 0) | 0x80)),
  ];
  const points = [...small.map((point) => point.toBytes()), ...odd];
  const message = new Uint8Array(3);
  const s = littleEndian(nonce);
  const whole = mixed(0, 0, nonce, message);
  const over = littleEndian(
    order + BigInt(`0x${Buffer.from(whole.signature.slice(32).reverse()).toString("hex")}`),
  );
  const cases = [
    ...points.flatMap((publicKey) =>
      [...points.map((point) => concatBytes(point, new Uint8Array(32))), whole.signature].map(
        (signature) => ({
          ...{ publicKey, message, signature },
        }),
      ),
    ),
    ...odd.map((point) => ({ ...whole, signature: concatBytes(point, s) })),
    { ...whole, signature: concatBytes(whole.signature.subarray(0, 32), over) },
  ];
  expect(await saidBy(whole)).toEqual([true, true, true]);
  for (const said of await Promise.all(cases.map(saidBy))) expect(said).toEqual([false, false, false]);
});
