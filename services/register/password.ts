import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

// Passwords of machines, 16 characters or more: cheap enough that a whole network may reconnect at once after an outage.
const cost = { N: 4_096, r: 8, p: 1 };
const hashBytes = 32;

/** A gateway's MQTT password as it is kept: `scrypt$N$r$p$salt$hash`, base64 (RFC 7914). */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, cost);
  return ["scrypt", cost.N, cost.r, cost.p, salt.toString("base64"), hash.toString("base64")].join("$");
}

/** Whether a password is the one kept; false for anything that is no such hash. */
export async function verifyPassword(password: string, kept: string): Promise<boolean> {
  const [scheme, N, r, p, salt, hash] = kept.split("$");
  if (scheme !== "scrypt" || salt === undefined || hash === undefined) return false;
  const wanted = Buffer.from(hash, "base64");
  const params = { N: Number(N), r: Number(r), p: Number(p) };
  const found = await derive(password, Buffer.from(salt, "base64"), params).catch(() => null);
  return found !== null && wanted.length === found.length && timingSafeEqual(found, wanted);
}

function derive(password: string, salt: Buffer, params: typeof cost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, hashBytes, params, (fault, key) => (fault ? reject(fault) : resolve(key)));
  });
}
