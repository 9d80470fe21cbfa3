import { pbkdf2Sync, randomBytes } from "node:crypto";
import type { Credentials } from "./read-credentials.ts";

const saltBytes = 12;
const hashBytes = 64;
/** Mosquitto hashes in its one thread. A random password of 256 bits gains nothing from more than its own default. */
const iterations = { random: 101, chosen: 10_000 };
const randomForm = /^[A-Za-z0-9_-]{43}$/;

/** A password as `mosquitto_passwd` keeps it: `$7$iterations$salt$hash`, PBKDF2 with SHA-512, base64. */
export function mosquittoHash(password: string, salt: Buffer = randomBytes(saltBytes)): string {
  const rounds = randomForm.test(password) ? iterations.random : iterations.chosen;
  const hash = pbkdf2Sync(password, salt, rounds, hashBytes, "sha512");
  return `$7$${rounds}$${salt.toString("base64")}$${hash.toString("base64")}`;
}

/** A password file with these users set and those removed; every other line stays as it is. */
export function mergePasswordFile(file: string, set: Credentials, removed: readonly string[]): string {
  const userOf = (line: string) => line.slice(0, line.indexOf(":"));
  const kept = file
    .split("\n")
    .filter((line) => line !== "" && !set.has(userOf(line)) && !removed.includes(userOf(line)));
  const added = [...set]
    .filter(([user]) => !removed.includes(user))
    .map(([user, password]) => `${user}:${mosquittoHash(password)}`);
  return [...kept, ...added].map((line) => `${line}\n`).join("");
}
