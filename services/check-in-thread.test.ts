import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { ed25519 } from "@noble/curves/ed25519.js";
import { describe, expect, it } from "vitest";
import { checkInThread } from "./check-in-thread.ts";
import type { SignatureCheck } from "./check-signature.ts";

const privateKey = new Uint8Array(32).fill(5);
const publicKey = ed25519.getPublicKey(privateKey);
const ours = new URL("./signature-thread.ts", import.meta.url);

/** A thread of this text, in which `answer(batch)` says that every signature of a batch holds. */
function threadOf(text: string): URL {
  const start = `import { parentPort } from "node:worker_threads";
    const answer = (count) => parentPort.postMessage(new Uint8Array(count).fill(1));`;
  return new URL(`data:text/javascript,${encodeURIComponent(start + text)}`);
}

function signed(n: number, isTurned = false): SignatureCheck {
  const message = new Uint8Array(n * 10).fill(n);
  const signature = ed25519.sign(message, privateKey);
  if (isTurned) signature[3] = (signature[3] ?? 0) ^ 1;
  return { alg: "Ed25519", publicKey, message, signature };
}

/** Counts what the thread leaves to others, who say that nothing holds. */
function openCounted(file: URL) {
  const left: SignatureCheck[] = [];
  const check = checkInThread(file, async (one) => {
    left.push(one);
    return false;
  });
  return { check, left };
}

describe("checkInThread", () => {
  it("answers each of many that were asked for at once, by the thread alone", async () => {
    const { check, left } = openCounted(ours);
    const checks = Array.from({ length: 100 }, (_, n) => signed(n, n % 7 === 0));
    const holds = await Promise.all(checks.map(check));
    expect(holds).toEqual(checks.map((_, n) => n % 7 !== 0));
    expect(await check(signed(1))).toBe(true);
    expect(left).toEqual([]);
  });

  it("leaves everything to the other way where no thread can start, says so once, and tries no more", async () => {
    const { check, left } = openCounted(threadOf('await import("no-such-package");'));
    const warned = once(process, "warning");
    const checks = Array.from({ length: 40 }, (_, n) => signed(n));
    expect(await Promise.all(checks.map(check))).toEqual(checks.map(() => false));
    expect((await warned)[0].message).toContain("OpenSSL");
    let warnings = 0;
    const count = () => {
      warnings += 1;
    };
    process.on("warning", count);
    await check(signed(1));
    process.off("warning", count);
    expect([left.length, warnings]).toEqual([41, 0]);
  });

  it("loses no check when the thread ends: the other way has them, a new thread what comes then, three times", async () => {
    // Answers one batch; ends at the second.
    const mortal = `let seen = 0;
      parentPort.on("message", (batch) => { seen += 1; if (seen > 1) process.exit(1); answer(16); });`;
    const { check, left } = openCounted(threadOf(mortal));
    const said: boolean[] = [];
    for (let life = 0; life < 4; life += 1) {
      said.push(await check(signed(1)));
      expect(await Promise.all(Array.from({ length: 40 }, (_, n) => check(signed(n))))).not.toContain(true);
    }
    expect(said).toEqual([true, true, true, false]);
    expect(left.length).toBe(4 * 40 + 1);
  });

  it("holds a process open for an answer that is due, and no longer", () => {
    const path = fileURLToPath(new URL("./check-in-thread.ts", import.meta.url));
    const text = `import(${JSON.stringify(path)}).then(({ checkInThread }) => {
      const check = checkInThread(new URL(${JSON.stringify(ours.href)}), async () => "left");
      const none = new Uint8Array(32);
      check({ alg: "Ed25519", publicKey: none, signature: new Uint8Array(64), message: none }).then(console.log);
    });`;
    const ran = spawnSync(process.execPath, ["-e", text], { timeout: 15_000, encoding: "utf8" });
    expect([ran.status, ran.stdout, ran.stderr]).toEqual([0, "false\n", ""]);
  });
});
