import { createHash, randomBytes, scrypt, timingSafeEqual } from "node:crypto";

// Passwords that people chose, 16 characters or more: cheap enough that a whole network may reconnect after an outage.
const cost = { N: 4_096, r: 8, p: 1 };
const hashBytes = 32;
/** 32 random bytes in base64url, as we make them: with 256 random bits a slow hash adds nothing. */
const randomForm = /^[A-Za-z0-9_-]{43}$/;

/** A gateway's MQTT password as it is kept: `sha256$salt$hash` of a random one, else `scrypt$N$r$p$salt$hash` (RFC 7914), base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  if (randomForm.test(password)) {
    return ["sha256", salt.toString("base64"), digest(password, salt).toString("base64")].join("$");
  }
  const hash = await derive(password, salt, cost);
  return ["scrypt", cost.N, cost.r, cost.p, salt.toString("base64"), hash.toString("base64")].join("$");
}

/** Whether a password is the one kept; false for anything that is no such hash. */
export async function verifyPassword(password: string, kept: string): Promise<boolean> {
  const fields = kept.split("$");
  const [salt, hash] = fields.slice(-2).map((text) => Buffer.from(text, "base64"));
  if (salt === undefined || hash === undefined) return false;
  const found = await hashBy(fields, password, salt);
  return found !== null && hash.length === found.length && timingSafeEqual(found, hash);
}

/** The hash of a password by the scheme and parameters that a kept one names; null for a scheme of nobody's. */
async function hashBy(fields: readonly string[], password: string, salt: Buffer): Promise<Buffer | null> {
  const [scheme, N, r, p] = fields;
  if (scheme === "sha256" && fields.length === 3) return digest(password, salt);
  if (scheme !== "scrypt" || fields.length !== 6) return null;
  return derive(password, salt, { N: Number(N), r: Number(r), p: Number(p) }).catch(() => null);
}

function derive(password: string, salt: Buffer, params: typeof cost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, hashBytes, params, (fault, key) => (fault ? reject(fault) : resolve(key)));
  });
}

function digest(password: string, salt: Buffer): Buffer {
  return createHash("sha256").update(salt).update(password).digest();
}
