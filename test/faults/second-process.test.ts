import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { registerMessage } from "#demo/network.ts";
import { toBase64 } from "#domain/log/bytes.ts";
import { signEd25519 } from "#domain/log/signature.ts";
import { openStore } from "#store/connect.ts";
import { type Deployment, deploy } from "../support/deployment.ts";
import { untilAtRest } from "../support/read-counters.ts";
import { coldmark, type Ended } from "../support/service.ts";
import { smallNetwork } from "../support/small-network.ts";
import { answerWhen, capture, packEvent, publishReadings } from "../support/small-scenario.ts";
import { expectOneEndEach } from "../support/store-books.ts";

const minuteMs = 60_000;
/** Windows of 10 s: the network's equipment is there since a whole window's start. */
const windowMs = 10_000;
const since = Math.floor((Date.now() - 10 * minuteMs) / windowMs) * windowMs;
const until = since + minuteMs;
const network = smallNetwork(since);
const code = `https://id.gs1.org/01/${network.gtin}/21/SECOND`;
const iso = (ms: number) => new Date(ms).toISOString();

type Lot = { gtin: string; lot: string; expiry: string };
type NetworkFile = { organisations: { id: string; gln?: string; lots?: Lot[]; sites?: { gln: string }[] }[] };

let deployment: Deployment;
beforeAll(async () => {
  deployment = await deploy("embedded", network);
});
afterAll(async () => deployment?.stop());

const run = (...args: string[]) => coldmark(args, deployment.env);

/** Registers the network's file after a change, signed again by its offline scanner. */
async function register(change: (file: NetworkFile) => void, ...flags: string[]): Promise<Ended> {
  const { signatures: _, ...file } = structuredClone(network.file);
  change(file as NetworkFile);
  const sig = toBase64(signEd25519(network.scanner.privateKey, registerMessage(file as never)));
  const path = join(deployment.folder, "changed.json");
  writeFileSync(path, JSON.stringify({ ...file, signatures: [{ kid: network.scanner.kid, sig }] }));
  return await run("register", path, ...flags);
}

const maker = (file: NetworkFile) => {
  const found = file.organisations.find(({ id }) => id === "maker");
  if (found === undefined) throw new Error("the file has a maker");
  return found;
};
const addLot = (file: NetworkFile, lot: string) => {
  maker(file).lots?.push({ gtin: network.gtin, lot, expiry: "2031-01-31" });
};

async function isReady(): Promise<boolean> {
  return (await fetch(new URL("/health/ready", deployment.service.url))).ok;
}

it.each([["up"], ["migrate"]])(
  "refuses a second `%s` on the folder and names the first one's pid",
  async (command) => {
    const { code: exit, stderr, stdout } = await run(command);
    expect([exit, stdout]).toEqual([75, ""]);
    expect(stderr).toMatch(new RegExp(`^DATA_LOCKED: .*\\b${deployment.service.pid}\\b`));
  },
);

it("gives no single role to a process on the embedded database", async () => {
  const { code: exit, stderr } = await run("up", "--role", "api");
  expect([exit, stderr]).toEqual([64, expect.stringContaining("--role needs DATABASE_URL")]);
});

it.each([["migrate"], ["demo"]])("`%s` refuses wrong settings, each by its name", async (command) => {
  const data = join(deployment.folder, `wrong-${command}`);
  const wrong = { DATA_DIR: data, MQTT_PORT: "none", LOG_LEVEL: "loud" };
  const { code: exit, stderr } = await coldmark(
    command === "demo" ? ["demo", "--data", data] : [command],
    wrong,
  );
  expect(exit).toBe(78);
  expect(stderr).toMatch(/^ {2}LOG_LEVEL: /m);
  expect(stderr).toMatch(/^ {2}MQTT_PORT: /m);
});

it("refuses an unknown command with help", async () => {
  const { code: exit, stderr } = await coldmark(["verfiy"]);
  expect(exit).not.toBe(0);
  expect(stderr).toMatch(/unknown command 'verfiy'[\s\S]*Did you mean verify\?[\s\S]*Usage: coldmark/);
});

it("keeps the demo away from a folder that is not its own", async () => {
  const { code: exit, stderr } = await run("demo", "--port", "0", "--data", deployment.folder);
  expect([exit, stderr]).toEqual([78, expect.stringContaining("not empty and not a demo's")]);
});

it("leaves the first one unharmed: readings, captures, a final verdict", async () => {
  const { service, doors } = deployment;
  const refused = await Promise.all([run("up"), run("up")]);
  expect(refused.map((ended) => ended.code)).toEqual([75, 75]);
  await publishReadings(network, doors, { from: since, to: until });
  const soldAt = until - windowMs / 2;
  const response = await capture(network, service.url, [
    packEvent(code, "commissioning", since, network.room, { disposition: "active" }),
    packEvent(code, "dispensing", soldAt, network.room, { disposition: "dispensed" }),
  ]);
  expect(response.status).toBe(202);
  const { cold } = await answerWhen(
    service.url,
    code,
    (answer) => answer.cold.state === "COMPLIANT" && answer.proof.result === "VALID_FINAL",
  );
  expect(cold.proved).toEqual({ since: iso(since), until: iso(soldAt) });
  expect(await isReady()).toBe(true);
});

it("audits through the running process", async () => {
  const span = ["--from", iso(since), "--to", iso(until)];
  expect(await run("audit", "--equipment", "cold-room", ...span)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("AGREES"),
  });
  const unknown = await run("audit", "--equipment", "no-such-room", ...span);
  expect(unknown.code).not.toBe(0);
  expect(unknown.stdout).not.toContain("AGREES");
});

it("registers through the running process, and twice changes nothing", async () => {
  const add = (file: NetworkFile) => addLot(file, "L2");
  expect((await register(add, "--dry-run")).stdout).toMatch(/^would register: 1 new, 0 changed/);
  expect((await register(add)).stdout).toMatch(/^registered: 1 new, 0 changed/);
  expect(await register(add)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^registered: 0 new, 0 changed/),
  });
});

it.each([
  { how: "in a dry run", flags: ["--dry-run"] },
  { how: "in earnest", flags: [] },
])("lists every fault of a file at once and changes nothing, $how", async ({ flags }) => {
  const ended = await register(
    (file) => {
      addLot(file, "L3");
      addLot(file, "");
      maker(file).gln = "1234567890123";
      const [site] = maker(file).sites ?? [];
      if (site !== undefined) site.gln = "12";
    },
    ...flags,
  );
  expect([ended.code, ended.stdout]).toEqual([65, ""]);
  expect(ended.stderr).toContain("BAD_NETWORK_FILE: the file has");
  for (const place of ["gln", "sites[0].gln", "lots[2].lot"])
    expect(ended.stderr).toContain(`  organisations[1].${place}: `);
  const clean = await register((file) => addLot(file, "L3"), "--dry-run");
  expect(clean.stdout).toMatch(/^would register: 1 new, 0 changed/);
});

it("takes the folder again after an orderly end, with everything in it", async () => {
  expect(await deployment.service.stop()).toBe(0);
  const offline = await register((file) => addLot(file, "L2"));
  expect(offline).toMatchObject({ code: 0, stdout: expect.stringMatching(/^registered: 0 new, 0 changed/) });
  await deployment.restart();
  const { state } = await answerWhen(
    deployment.service.url,
    code,
    ({ proof }) => proof.result === "VALID_FINAL",
  );
  expect(state).toMatchObject({ state: "SOLD", soldCount: 1 });
});

it("takes over the folder of a killed process", async () => {
  await deployment.service.kill9();
  await deployment.restart();
  const { cold } = await answerWhen(
    deployment.service.url,
    code,
    ({ proof }) => proof.result === "VALID_FINAL",
  );
  expect(cold.state).toBe("COMPLIANT");
});

it("leaves every message with exactly one end", async () => {
  await untilAtRest(deployment.service.url);
  await deployment.service.stop();
  const store = await openStore({ dataDir: deployment.folder });
  await expectOneEndEach(store);
  await store.close();
});
