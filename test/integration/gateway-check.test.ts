/** `coldmark gateway-check` beside real devices on real deployments: the reference client, and a gateway of the demo. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Gateway, startGateway } from "#demo/gateway.ts";
import { listSource } from "#demo/reading-source.ts";
import { type Deployment, deploy } from "../support/deployment.ts";
import { watcher } from "../support/mosquitto.ts";
import { connect5 } from "../support/mqtt5.ts";
import { type PythonGateway, pythonGateway } from "../support/python-gateway.ts";
import { coldmark } from "../support/service.ts";
import { type SmallNetwork, smallNetwork } from "../support/small-network.ts";

const program = join(import.meta.dirname, "..", "..", "cli", "main.ts");
const minuteMs = 60_000;
/** gateway-check counts a message as obeyed 5 s after its receipt: the time itself is what is waited for. */
const settledMs = 6_000;
const keepAliveS = 2;

/** A running watch: `done` ends it as Ctrl-C does and gives its lines. */
interface Watch {
  done(): Promise<{
    readonly code: number;
    readonly lines: Readonly<Record<string, string>>;
    readonly text: string;
  }>;
}

/** Watches with nothing told but the service's own settings and, at an outside broker, the watcher's password. */
async function startWatch(gateway: string, env: Record<string, string>): Promise<Watch> {
  const args = ["gateway-check", "--gateway", gateway, "--keep-alive", String(keepAliveS)];
  const child: ChildProcess = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, ...env },
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (piece: Buffer) => {
      text += piece.toString("utf8");
    });
  await expect.poll(() => text, { timeout: 60_000 }).toContain(`watching ${gateway}`);
  return {
    done: async () => {
      const ended = once(child, "close");
      child.kill("SIGINT");
      const [code] = (await ended) as [number];
      const found = text.matchAll(/^(pass|fail|not seen|\(not seen\)) +(\w+(?: \w+|-off)?) {2,}/gm);
      return { code, text, lines: Object.fromEntries([...found].map(([, state, duty]) => [duty, state])) };
    },
  };
}

const line = (ts: number) => JSON.stringify({ s: "t1", ts, t: 5 });

/** The reference client on the network's gateway, with a short keep-alive. */
function pythonOn({ gateway }: SmallNetwork, { doors }: Deployment, more: readonly string[] = []) {
  const folder = mkdtempSync("/var/tmp/coldmark-check-");
  const client = pythonGateway({
    ...{ folder, gateway: gateway.id, password: gateway.password, kid: gateway.key.kid },
    privateKey: gateway.key.privateKey,
    port: Number(new URL(doors.mqttUrl).port),
    receiptKeys: [doors.receiptKey],
    readings: [line(Date.now())],
    perMessage: 1,
    patch: `kit.KEEP_ALIVE_S = ${keepAliveS}`,
    more,
  });
  return { client, removeFolder: () => rmSync(folder, { recursive: true, force: true }) };
}

const holds = (client: PythonGateway, messages: number) =>
  expect.poll(() => client.count("messages"), { timeout: 60_000 }).toBe(messages);
/** Waits until its messages up to this one are receipted, and nothing more is to be sent. */
const isDone = (client: PythonGateway, seq: number) =>
  expect
    .poll(() => [client.lastSeq(), client.count("messages"), client.count("readings")], { timeout: 60_000 })
    .toEqual([seq, 0, 0]);
const isSettled = (receiptedAt: number) => pause(Math.max(0, receiptedAt + settledMs - Date.now()));

describe("gateway-check at an outside broker", () => {
  const network: SmallNetwork = smallNetwork(Date.now() - 30 * minuteMs);
  const { id, key, password } = network.gateway;
  let deployment: Deployment;
  let python: ReturnType<typeof pythonOn> | null = null;
  let demo: Gateway | null = null;

  beforeAll(async () => {
    deployment = await deploy("outside", network);
  });
  afterAll(async () => {
    await python?.client.kill9();
    python?.removeFolder();
    await demo?.stop();
    await deployment?.stop();
  });

  const watchHere = () => startWatch(id, { ...deployment.env, COLDMARK_WATCH_PASSWORD: watcher.password });

  /** Hears the gateway's status as a second shard's session would: another watcher would put the first out. */
  async function hearStatus() {
    const { MQTT_USERNAME: user, MQTT_PASSWORD: secret = "" } = deployment.env;
    const { client } = await connect5({
      ...{ url: deployment.doors.mqttUrl, username: `${user}-1`, password: secret },
    });
    const heard: boolean[] = [];
    client.on("message", (_topic, payload) => {
      heard.push((JSON.parse(payload.toString("utf8")) as { online: boolean }).online);
    });
    await client.subscribeAsync(`coldmark/v1/${id}/status`, { qos: 1 });
    return { count: (online: boolean) => heard.filter((one) => one === online).length, client };
  }

  it("passes the reference client: every duty seen, exit 0", async () => {
    python = pythonOn(network, deployment);
    const { client } = python;
    const status = await hearStatus();
    const says = (online: boolean, times: number) =>
      expect.poll(() => status.count(online), { timeout: 30_000 }).toBe(times);
    const watch = await watchHere();
    client.start();
    await says(true, 1);
    await isDone(client, 1);
    const receiptedAt = Date.now();
    client.read([line(Date.now())]);
    await isDone(client, 2);
    // Nothing is receipted while the collector is away; and then the device goes, and comes back with what waited.
    await deployment.service.kill9();
    client.read([line(Date.now())]);
    await holds(client, 1);
    client.halt();
    await says(false, 1);
    await client.kill9();
    const before = Date.now() - 10 * minuteMs;
    client.read([line(before), line(before + minuteMs), line(Date.now())]);
    client.start();
    await holds(client, 4);
    await deployment.restart();
    await isDone(client, 6);
    for (const time of [1, 2, 3]) {
      await says(true, 1 + time);
      const thief = await connect5({ url: deployment.doors.mqttUrl, username: id, password });
      await thief.client.endAsync();
      await says(false, 1 + time);
    }
    await says(true, 5);
    await isSettled(receiptedAt);
    const { code, lines, text } = await watch.done();
    const { commands, ...duties } = lines;
    expect(new Set(Object.values(duties)), text).toEqual(new Set(["pass"]));
    expect([Object.keys(duties).length, commands, code]).toEqual([15, "(not seen)", 0]);
    await Promise.all([client.kill9(), status.client.endAsync()]);
  });

  it("finds nothing wrong with a gateway of the demo, and says what did not happen", async () => {
    const watch = await watchHere();
    const from = Date.now();
    const settings = {
      id,
      password,
      boot: 2,
      readingsPerMessage: 2,
      lanes: "live",
      clock: Date.now,
    } as const;
    const reading = (ts: number) => ({ s: "t2", ts, t: 5.5 });
    const readings = Array.from({ length: 4 }, (_, at) => reading(from + at * 100));
    demo = startGateway({
      ...settings,
      key,
      mqttUrl: deployment.doors.mqttUrl,
      receiptKeys: [deployment.doors.receiptKey],
      source: listSource(readings),
      say: () => undefined,
    });
    await demo.drained(from + 300);
    demo.unplug();
    for (let at = 5; at > 0; at -= 1) readings.push(reading(from - at * minuteMs - 500));
    const back = Date.now();
    readings.push(reading(back));
    demo.plugIn();
    await demo.drained(back);
    const { code, lines, text } = await watch.done();
    const told = (state: string) => Object.keys(lines).filter((duty) => lines[duty] === state);
    expect(told("fail"), text).toEqual([]);
    expect(told("pass")).toEqual(
      expect.arrayContaining([
        ...["shape", "signature", "qos", "retain", "readings", "clock", "sequence", "status"],
        ...["data first", "old readings"],
      ]),
    );
    // It went by a cut, at once, and came back once: neither shows a will nor growing pauses.
    expect(told("not seen")).toEqual(expect.arrayContaining(["last will", "back-off"]));
    expect(code).toBe(1);
  });

  it("says what stands in its way, and what helps", async () => {
    const run = (more: readonly string[], env: Record<string, string>, gateway = id) =>
      coldmark(["gateway-check", "--gateway", gateway, "--seconds", "1", ...more], {
        ...deployment.env,
        ...env,
      });
    const secret = { COLDMARK_WATCH_PASSWORD: watcher.password };
    const [without, wrong, key, stranger] = await Promise.all([
      run([], {}),
      run([], { COLDMARK_WATCH_PASSWORD: "guessed" }),
      run(["--key", "nonsense"], secret),
      run([], secret, "gw-stranger"),
    ]);
    const words = (text: string) => expect.stringContaining(text);
    expect(without).toMatchObject({ code: 78, stderr: words("COLDMARK_WATCH_PASSWORD") });
    expect(wrong).toMatchObject({ code: 69, stderr: words("password") });
    expect(key).toMatchObject({ code: 65, stderr: words("--key") });
    expect(stranger).toMatchObject({ code: 1, stderr: words("no gateway gw-stranger") });
  });
});

describe("gateway-check at the broker inside", () => {
  const network: SmallNetwork = smallNetwork(Date.now() - 30 * minuteMs);
  const { id, password } = network.gateway;
  let deployment: Deployment;
  let python: ReturnType<typeof pythonOn> | null = null;
  beforeAll(async () => {
    deployment = await deploy("embedded", network);
  });
  afterAll(async () => {
    await python?.client.kill9();
    python?.removeFolder();
    await deployment?.stop();
  });

  it("needs only the gateway's name, and tells a will from a goodbye", async () => {
    python = pythonOn(network, deployment, ["--mqtt311"]);
    const { client } = python;
    client.start();
    await isDone(client, 1);
    const watch = await startWatch(id, deployment.env);
    client.read([line(Date.now())]);
    await isDone(client, 2);
    await client.terminate();
    client.start();
    client.read([line(Date.now())]);
    await isDone(client, 3);
    await client.kill9();
    client.start();
    client.read([line(Date.now())]);
    await isDone(client, 4);
    const { lines, text } = await watch.done();
    expect(lines, text).toMatchObject({
      ...{ shape: "pass", signature: "pass", qos: "pass", retain: "pass", clock: "pass" },
      ...{ sequence: "pass", status: "pass", "last will": "pass" },
    });
    expect(text).toMatch(/last will .*: 1 times/);
    expect(text).not.toContain(password);
  });

  it("says where there is no process to ask what to do", async () => {
    const nobody = mkdtempSync("/var/tmp/coldmark-check-");
    const asked = await coldmark(["gateway-check", "--gateway", id], { DATA_DIR: nobody });
    rmSync(nobody, { recursive: true, force: true });
    expect(asked).toMatchObject({ code: 69, stderr: expect.stringContaining("--mqtt or MQTT_URL") });
  });
});
