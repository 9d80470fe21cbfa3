/** docs/brokers/mosquitto on a real Mosquitto: what its files promise an operator. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { IClientOptions } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynsecAdmin, onDynsec } from "../support/dynsec.ts";
import { freePort } from "../support/free-port.ts";
import { type MosquittoOptions, startMosquitto, type TestMosquitto } from "../support/mosquitto.ts";
import { connect5, fateOf, type Mqtt5Client } from "../support/mqtt5.ts";
import { coldmark } from "../support/service.ts";

const passwords = { "gw-01": "password-of-one", "gw-02": "password-of-two" } as const;
type Gateway = keyof typeof passwords;
const notAuthorized = 0x87;
const dayS = 86_400;
const open: { stop(): Promise<void> }[] = [];

async function start(options: MosquittoOptions = {}): Promise<TestMosquitto> {
  const broker = await startMosquitto(passwords, options);
  open.push(broker);
  return broker;
}
afterAll(async () => {
  for (const broker of open) await broker.stop();
});

const gateway = (broker: TestMosquitto, id: Gateway, options: IClientOptions = {}) =>
  connect5({ url: broker.url, username: id, password: passwords[id] }, options);
const collector = (broker: TestMosquitto) =>
  connect5(
    { url: broker.url, ...broker.collector },
    { clean: false, properties: { sessionExpiryInterval: dayS, receiveMaximum: 1_000 } },
  );
const topicOf = (id: Gateway, lane: string) => `coldmark/v1/${id}/${lane}`;

async function subscribed(client: Mqtt5Client): Promise<Mqtt5Client> {
  const filters = ["data", "hist", "status"].map((lane) => [
    `coldmark/v1/+/${lane}`,
    { qos: 1, rh: 2, rap: true },
  ]);
  await client.client.subscribeAsync(Object.fromEntries(filters));
  return client;
}

describe("the shipped rules of access", () => {
  let broker: TestMosquitto;
  let ear: Mqtt5Client;
  beforeAll(async () => {
    broker = await start({
      change: (text, folder) =>
        `${text}log_type information\nlog_type notice\nlog_dest file ${join(folder, "log")}\n`,
    });
    ear = await subscribed(await collector(broker));
  });

  const logOf = () => readFileSync(join(broker.folder, "log"), "utf8");

  it("open the doors that the file names and no other", () => {
    expect(logOf().match(/listen socket on port \d+/g)).toEqual([`listen socket on port ${broker.port}`]);
  });

  it("let nobody in without a password", async () => {
    const stranger = connect5({ url: broker.url, username: "gw-01", password: "guessed" });
    await expect(stranger).rejects.toMatchObject({ code: notAuthorized });
  });

  it.each(["data", "hist", "status"])(
    "take a gateway's own /%s and bring it to the collector",
    async (lane) => {
      const sender = await gateway(broker, "gw-01");
      expect(await fateOf(sender, topicOf("gw-01", lane))).toBe("accepted");
      await expect.poll(() => ear.heard.map(({ topic }) => topic)).toContain(topicOf("gw-01", lane));
      await sender.client.endAsync();
    },
  );

  it.each([
    ["another gateway's topic", topicOf("gw-02", "data")],
    ["another gateway's receipts", topicOf("gw-02", "receipt")],
    ["receipts of its own", topicOf("gw-01", "receipt")],
    ["commands of its own", topicOf("gw-01", "command")],
    ["a level more", `${topicOf("gw-01", "data")}/`],
    ["a way around", "coldmark/v1/gw-01/../gw-02/data"],
    ["an empty level", "coldmark/v1//data"],
    ["$SYS", "$SYS/broker/uptime"],
    ["any other topic", "elsewhere"],
  ])("refuse %s with 0x87, which only MQTT 5 can say", async (_what, topic) => {
    const sender = await gateway(broker, "gw-01");
    expect(await fateOf(sender, topic)).toBe(notAuthorized);
    expect(await fateOf(sender, topicOf("gw-01", "data"))).toBe("accepted");
    const old = await gateway(broker, "gw-01", { protocolVersion: 4 });
    expect(await fateOf(old, topic)).toBe("accepted");
    expect(await fateOf(old, topicOf("gw-01", "data"))).toBe("accepted");
    expect(ear.heard.map(({ topic: heard }) => heard)).not.toContain(topic);
    await old.client.endAsync(true);
  });

  it("bring a gateway nothing that is not its own, whatever it subscribes to", async () => {
    const nosy = await gateway(broker, "gw-01");
    const filters = [
      "#",
      "+/+/+/+",
      "$SYS/#",
      "coldmark/v1/+/receipt",
      topicOf("gw-02", "data"),
      "$share/x/#",
    ];
    await nosy.client.subscribeAsync(filters, { qos: 1 });
    const other = await gateway(broker, "gw-02");
    for (const lane of ["data", "hist", "status"])
      expect(await fateOf(other, topicOf("gw-02", lane), "x", lane === "status")).toBe("accepted");
    for (const id of ["gw-02", "gw-01"] as const)
      expect(await fateOf(ear, topicOf(id, "receipt"))).toBe("accepted");
    await expect.poll(() => nosy.heard.length).toBeGreaterThan(0);
    expect(new Set(nosy.heard.map(({ topic }) => topic))).toEqual(new Set([topicOf("gw-01", "receipt")]));
    await Promise.all([nosy.client.endAsync(), other.client.endAsync()]);
  });

  it("tell of $SYS to the collector only how much was dropped, to a gateway nothing", async () => {
    const dropped = "$SYS/broker/publish/messages/dropped";
    const name = `${broker.collector.username}-1`;
    const other = await connect5({ url: broker.url, username: name, password: broker.collector.password });
    const nosy = await gateway(broker, "gw-02");
    for (const { client } of [other, nosy]) await client.subscribeAsync("$SYS/#", { qos: 1 });
    await expect.poll(() => other.heard.length, { timeout: 30_000 }).toBeGreaterThan(0);
    expect(new Set(other.heard.map(({ topic }) => topic))).toEqual(new Set([dropped]));
    expect(nosy.heard).toEqual([]);
    await Promise.all([other.client.endAsync(), nosy.client.endAsync()]);
  });

  it("let nobody put another gateway out by taking its client id", async () => {
    const victim = await gateway(broker, "gw-01");
    const thief = await gateway(broker, "gw-02", { clientId: "gw-01" });
    expect(await fateOf(victim, topicOf("gw-01", "data"))).toBe("accepted");
    expect(await fateOf(thief, topicOf("gw-01", "data"))).toBe(notAuthorized);
    expect(victim.client.connected).toBe(true);
    await victim.client.endAsync();
  });

  it("take 256 KiB, drop what is larger with an answer, and close the connection of who sends much more", async () => {
    const sender = await gateway(broker, "gw-01");
    expect(await fateOf(sender, topicOf("gw-01", "data"), Buffer.alloc(262_144, 97))).toBe("accepted");
    await expect.poll(() => ear.heard.map(({ bytes }) => bytes)).toContain(262_144);
    // Mosquitto answers 0x95, which a PUBACK may not say (MQTT 5 §3.4.2.1): this client hears nothing after it, and gives up itself.
    const answered = new Promise<unknown>((heard) => sender.client.once("error", heard));
    const fate = fateOf(sender, topicOf("gw-01", "data"), Buffer.alloc(262_145, 97));
    expect(await answered).toMatchObject({ message: "Invalid puback reason code" });
    expect(sender.client.connected).toBe(true);
    sender.client.end(true);
    expect(await fate).toBe("closed");
    const larger = await gateway(broker, "gw-01");
    expect(await fateOf(larger, topicOf("gw-01", "data"), Buffer.alloc(1_000_000, 97))).toBe("closed");
    await expect.poll(logOf).toContain("Client gw-01 disconnected due to oversize packet");
    expect(ear.heard.filter(({ bytes }) => bytes > 262_144)).toEqual([]);
  });

  it("keep a status for who comes later, and a message retained on data for nobody who asks as the collector does", async () => {
    const sender = await gateway(broker, "gw-02");
    await fateOf(sender, topicOf("gw-02", "data"), "retained", true);
    const marked = { topic: topicOf("gw-02", "data"), bytes: 8, retain: true };
    await expect.poll(() => ear.heard).toContainEqual(marked);
    await fateOf(sender, topicOf("gw-02", "status"), "online", true);
    await ear.client.endAsync();
    const later = await connect5({ url: broker.url, ...broker.collector });
    const wanted = { "coldmark/v1/+/data": { qos: 1, rh: 2 }, "coldmark/v1/+/status": { qos: 1 } } as const;
    await later.client.subscribeAsync(wanted);
    await expect
      .poll(() => later.heard)
      .toContainEqual({ topic: topicOf("gw-02", "status"), bytes: 6, retain: true });
    expect(later.heard.map(({ topic }) => topic)).not.toContain(topicOf("gw-02", "data"));
    await Promise.all([later.client.endAsync(), sender.client.endAsync()]);
  });
});

/** Publishes while the collector is away and counts what it gets afterwards; `during` happens in between. */
async function keptFor(broker: TestMosquitto, messages: number, during = async () => {}) {
  await (await subscribed(await collector(broker))).client.endAsync();
  const sender = await gateway(broker, "gw-01");
  const fates = await Promise.all(
    Array.from({ length: messages }, (_, at) => fateOf(sender, topicOf("gw-01", "data"), `message ${at}`)),
  );
  const acknowledged = fates.filter((fate) => fate === "accepted").length;
  sender.client.end(true);
  await during();
  const back = await collector(broker);
  const last = await gateway(broker, "gw-02");
  await subscribed(back);
  await fateOf(last, topicOf("gw-02", "hist"));
  await expect
    .poll(() => back.heard.map(({ topic }) => topic), { timeout: 60_000 })
    .toContain(topicOf("gw-02", "hist"));
  await Promise.all([back.client.endAsync(), last.client.endAsync()]);
  const delivered = back.heard.filter(({ topic }) => topic === topicOf("gw-01", "data")).length;
  return { acknowledged, delivered, sessionPresent: back.sessionPresent };
}

describe("what got a PUBACK while the collector is away", () => {
  const quick = (text: string) => text.replace("autosave_on_changes true", "autosave_on_changes false");

  it("waits for it, all of 5,000 messages", async () => {
    const kept = await keptFor(await start({ change: quick }), 5_000);
    expect(kept).toEqual({ acknowledged: 5_000, delivered: 5_000, sessionPresent: true });
  });

  it("(control) is dropped without a word by Mosquitto's own limit", async () => {
    const change = (text: string) =>
      quick(text).replace(/^max_queued_messages .*$/m, "max_queued_messages 1000");
    const { acknowledged, delivered } = await keptFor(await start({ change }), 5_000);
    expect(acknowledged).toBe(5_000);
    expect(delivered).toBeLessThan(2_500);
  });

  it("survives a kill -9 of the broker, but for one message: it writes after every second change", async () => {
    const broker = await start();
    const kill = async () => {
      await broker.kill9();
      await broker.restart();
    };
    const { acknowledged, delivered, sessionPresent } = await keptFor(broker, 300, kill);
    expect({ acknowledged, sessionPresent }).toEqual({ acknowledged: 300, sessionPresent: true });
    expect(delivered).toBeGreaterThanOrEqual(299);
  });

  it("(control) is lost by a kill -9 without autosave_on_changes, its session too", async () => {
    const change = (text: string) => quick(text).replace("autosave_interval 1", "autosave_interval 1800");
    const broker = await start({ change });
    const kill = async () => {
      await broker.kill9();
      await broker.restart();
    };
    expect(await keptFor(broker, 300, kill)).toEqual({
      acknowledged: 300,
      delivered: 0,
      sessionPresent: false,
    });
  });
});

/** A running `coldmark broker` with its answer; the collector's own password comes from the settings. */
const tell = (args: string[], env: Record<string, string> = {}) => coldmark(["broker", ...args], env);

/** Whether this gateway may come in now and send on its own topic. */
async function mayPublish(broker: TestMosquitto, username: string, password: string): Promise<boolean> {
  const client = await connect5({ url: broker.url, username, password }).catch(() => null);
  if (client === null) return false;
  const fate = await fateOf(client, `coldmark/v1/${username}/data`);
  await client.client.endAsync(true);
  return fate === "accepted";
}

/** What `coldmark register` prints; the second password is one that a person chose. */
const printed = `pharmacy mqttPassword gw-03: ${"r".repeat(43)}
pharmacy apiKey scanner: cmk_secret
pharmacy mqttPassword gw-04: correct horse: battery
these credentials are shown this once; only their hashes are kept
registered: 9 new, 0 changed, 0 unchanged
`;

describe("coldmark broker passwords", () => {
  it("lets new gateways in and puts revoked ones out at the next reload", async () => {
    const broker = await start();
    const file = join(broker.folder, "coldmark.passwords");
    const credentials = join(broker.folder, "credentials.txt");
    writeFileSync(credentials, printed);
    const revoked = await gateway(broker, "gw-02");
    const ended = await tell(["passwords", file, "--credentials", credentials, "--remove", "gw-02"], {
      MQTT_URL: broker.url,
      MQTT_USERNAME: broker.collector.username,
      MQTT_PASSWORD: "another one",
    });
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining("4 set, 1 removed") });
    expect(ended.stdout + ended.stderr + readFileSync(file, "utf8")).not.toContain("battery");
    broker.reload();
    expect(await revoked.closed).toBe("closed");
    expect(await mayPublish(broker, "gw-03", "r".repeat(43))).toBe(true);
    expect(await mayPublish(broker, "gw-04", "correct horse: battery")).toBe(true);
    expect(await mayPublish(broker, "gw-04", "correct horse")).toBe(false);
    expect(await mayPublish(broker, "gw-01", passwords["gw-01"])).toBe(true);
    expect(await mayPublish(broker, "gw-02", passwords["gw-02"])).toBe(false);
    const again = connect5({ url: broker.url, ...broker.collector, password: "another one" });
    await (await again).client.endAsync();
  });

  it("names the lines it can't read, not what stands there", async () => {
    const broker = await start({ started: false });
    const credentials = join(broker.folder, "credentials.txt");
    writeFileSync(credentials, "gw-03: fine\nGW/3 hunter2\n");
    const file = join(broker.folder, "coldmark.passwords");
    const before = readFileSync(file, "utf8");
    const { code, stderr } = await tell(["passwords", file, "--credentials", credentials]);
    expect(code).toBe(65);
    expect(stderr).toContain("line 2");
    expect(stderr).not.toContain("hunter2");
    expect(readFileSync(file, "utf8")).toBe(before);
  });
});

describe("coldmark broker dynsec", () => {
  it("lets gateways and the collector in without a file or a reload, and puts revoked ones out at once", async () => {
    const broker = await start({ change: onDynsec });
    const admin = { MQTT_URL: broker.url, COLDMARK_BROKER_PASSWORD: dynsecAdmin.password };
    const own = { MQTT_USERNAME: broker.collector.username, MQTT_PASSWORD: broker.collector.password };
    const credentials = join(broker.folder, "credentials.txt");
    writeFileSync(credentials, `${printed}gw-01: ${passwords["gw-01"]}\ngw-02: ${passwords["gw-02"]}\n`);
    const args = ["dynsec", "--mqtt", broker.url, "--credentials", credentials];
    for (const _time of ["first", "again"]) {
      const { code, stdout, stderr } = await tell(args, { ...admin, ...own });
      expect({ code, stderr, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining("6 set") });
    }
    const ear = await subscribed(await collector(broker));
    const sender = await gateway(broker, "gw-01");
    const revoked = await gateway(broker, "gw-02");
    const filters = ["#", "$SYS/#", "$CONTROL/#", topicOf("gw-02", "receipt"), topicOf("gw-01", "receipt")];
    const granted = await sender.client.subscribeAsync(filters, { qos: 1 }).catch((fault) => fault.message);
    expect(granted).toContain("Not authorized");
    await sender.client.subscribeAsync(topicOf("gw-01", "receipt"), { qos: 1 });
    expect(await fateOf(sender, topicOf("gw-01", "data"))).toBe("accepted");
    for (const id of ["gw-02", "gw-01"] as const)
      expect(await fateOf(ear, topicOf(id, "receipt"))).toBe("accepted");
    await expect.poll(() => sender.heard.map(({ topic }) => topic)).toEqual([topicOf("gw-01", "receipt")]);
    await expect.poll(() => ear.heard.map(({ topic }) => topic)).toEqual([topicOf("gw-01", "data")]);
    for (const topic of [
      topicOf("gw-02", "data"),
      topicOf("gw-01", "receipt"),
      "$CONTROL/dynamic-security/v1",
    ]) {
      expect(await fateOf(await gateway(broker, "gw-01"), topic)).toBe(notAuthorized);
    }
    const { code } = await tell(["dynsec", "--mqtt", broker.url, "--remove", "gw-02"], admin);
    expect(code).toBe(0);
    expect(await revoked.closed).toBe("closed");
    expect(await mayPublish(broker, "gw-02", passwords["gw-02"])).toBe(false);
    expect(await mayPublish(broker, "gw-04", "correct horse: battery")).toBe(true);
    const wrong = await tell(["dynsec", "--mqtt", broker.url], {
      ...admin,
      COLDMARK_BROKER_PASSWORD: "guessed",
    });
    expect(wrong).toMatchObject({ code: 69, stderr: expect.stringContaining("does not let admin in") });
  });
});

describe("the shipped listener with TLS", () => {
  it("takes a gateway that trusts its CA, and nobody without TLS", async () => {
    const port = await freePort();
    const broker = await start({
      change: (text, folder) => {
        makeCertificate(join(folder, "certs"));
        return text + shippedTlsListener(port).replaceAll("/etc/mosquitto/", `${folder}/`);
      },
    });
    const ca = readFileSync(join(broker.folder, "certs", "ca.crt"));
    const signIn = { url: `mqtts://localhost:${port}`, username: "gw-01", password: passwords["gw-01"] };
    const sender = await connect5(signIn, { ca });
    expect(await fateOf(sender, topicOf("gw-01", "data"))).toBe("accepted");
    const thief = { ...signIn, username: "gw-02", password: passwords["gw-02"] };
    const other = await connect5(thief, { ca, clientId: "gw-01" });
    expect(sender.client.connected).toBe(true);
    await Promise.all([sender.client.endAsync(), other.client.endAsync()]);
    await expect(connect5(signIn)).rejects.toThrow(/self-signed|unable to/);
    await expect(
      connect5({ ...signIn, url: `mqtt://localhost:${port}` }, { connectTimeout: 3_000 }),
    ).rejects.toThrow();
  });
});

function shippedTlsListener(port: number): string {
  const text = readFileSync(new URL("../../docs/brokers/mosquitto/mosquitto.conf", import.meta.url), "utf8");
  const block = /^listener 8883\n(?:.+\n)*/m.exec(text)?.[0];
  if (block === undefined) throw new Error("mosquitto.conf has no listener on 8883");
  return `\n${block.replace("8883", String(port))}`;
}

function makeCertificate(folder: string): void {
  const key = join(folder, "server.key");
  const script = `mkdir -p "$1" && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout "$2" -out "$1/server.crt" &&
    cp "$1/server.crt" "$1/ca.crt" && chmod 755 "$1" && chmod 644 "$1"/*`;
  execFileSync("sh", ["-c", script, "sh", folder, key], { stdio: "pipe" });
}
