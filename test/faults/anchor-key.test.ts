/** The key that pays for anchors is in its file and nowhere else (reliability.md C12): no log line, error, environment or argument. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dataFolder, openRecords } from "../support/anchor-network.ts";
import { OutsideLog } from "../support/anchor-outside.ts";
import { freePort } from "../support/free-port.ts";

const digits = "c0ffee5eed0123456789abcdef".padEnd(64, "7");
const bytes = Buffer.from(digits, "hex");
/** How a key might be written down. */
const forms = [
  bytes,
  Buffer.from(digits),
  Buffer.from(digits.toUpperCase()),
  Buffer.from(bytes.toString("base64")),
];
const folder = dataFolder();
const keyFile = join(folder, "key");
let log: OutsideLog;

beforeAll(async () => {
  mkdirSync(join(folder, "chain"));
  log = await OutsideLog.open(join(folder, "chain"), `0x${digits}`);
  await (await openRecords(join(folder, "empty"))).close();
  writeFileSync(keyFile, digits, { mode: 0o600 });
});
afterAll(async () => {
  await log.chain.stop();
  rmSync(folder, { recursive: true });
});

const shows = (found: Uint8Array) => forms.some((form) => Buffer.from(found).includes(form));

/** Anchors until it has done so or failed; gives all that it wrote, and what others can see of it while it runs. */
async function anchor(name: string, settings: Record<string, string>, isAwaited = true) {
  const dataDir = join(folder, name);
  cpSync(join(folder, "empty"), dataDir, { recursive: true });
  const script = new URL("../support/anchor-child.ts", import.meta.url).pathname;
  const env = {
    ...{ PATH: process.env.PATH ?? "", NODE_NO_WARNINGS: "1", TEST_LOG_LEVEL: "trace", CHURN: "1" },
    ...{ DATA_DIR: dataDir, CHAIN_RPC_URL: log.chain.rpcUrl, CONTRACT_ADDRESS: log.contract },
    ...settings,
  };
  const child = spawn(process.execPath, [script], { env, stdio: ["ignore", "pipe", "pipe"] });
  const written: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => written.push(piece));
  child.stderr.on("data", (piece: Buffer) => written.push(piece));
  await once(child.stdout, "data");
  const text = () => Buffer.concat(written).toString();
  if (isAwaited) await expect.poll(() => log.headSize(), { timeout: 20_000 }).toBeGreaterThan(0);
  else await expect.poll(text, { timeout: 20_000 }).toContain("fails for now");
  const seen = ["environ", "cmdline"].map((file) => readFileSync(`/proc/${child.pid}/${file}`));
  child.kill("SIGKILL");
  await once(child, "close");
  const kept = readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
  return { written: Buffer.concat(written), seen: Buffer.concat(seen), kept };
}

it("C12: a key in a file shows nowhere else while anchors are signed with it", async () => {
  const { written, seen, kept } = await anchor("file", { ANCHOR_KEY_FILE: keyFile });
  expect(written.toString()).toContain("the chain answers");
  expect([written, seen, ...kept].filter(shows)).toEqual([]);
});

it.skipIf(!process.env.COLDMARK_LONG).each<[string, () => Promise<Record<string, string>>]>([
  ["no endpoint answers", async () => ({ CHAIN_RPC_URL: `http://127.0.0.1:${await freePort()}` })],
  ["it is another's contract", async () => ({ CONTRACT_ADDRESS: log.account })],
])("C12: nor in what is said when %s", async (name, settings) => {
  const { written, seen, kept } = await anchor(
    name,
    { ANCHOR_KEY_FILE: keyFile, ...(await settings()) },
    false,
  );
  expect([written, seen, ...kept].filter(shows)).toEqual([]);
});

it("C12: a key in the environment can be read there (control)", async () => {
  const { seen } = await anchor("environment", { ANCHOR_KEY: `0x${digits}` });
  expect(shows(seen)).toBe(true);
});
