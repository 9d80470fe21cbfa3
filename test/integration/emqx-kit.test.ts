/** docs/brokers/emqx: the questions that EMQX fills into the shipped templates, and what the API answers. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "#config";
import { sourceShape } from "#domain/formats/source.ts";
import { KnownAnswers } from "#services/brokers/known-answers.ts";
import { type ApiNetwork, startApiNetwork } from "../support/api-network.ts";
import { gatewayPassword, registerGateways } from "../support/gateway-network.ts";

const kit = readFileSync(new URL("../../docs/brokers/emqx/coldmark.hocon", import.meta.url), "utf8");
const secret = "s".repeat(32);
const settings = {
  MQTT_URL: "mqtt://127.0.0.1:1883",
  MQTT_USERNAME: "coldmark-collector",
  MQTT_PASSWORD: "password-of-the-collector",
  SPARKPLUG_USERNAME: "coldmark-sparkplug",
  SPARKPLUG_PASSWORD: "password-of-the-host",
};
const hostClient = "coldmark-sparkplug-coldmark";
const value = { name: "t", as: "t", pointer: "/t", unit: "C" };
const mapping = { kind: "mapping", topic: "plant/+/climate", device: { level: 2 }, values: [value] };
const time = { pointer: "/at", unit: "ms" };
const sources = {
  "gw-plant": sourceShape.parse({ ...mapping, time }),
  "gw-board": sourceShape.parse({ kind: "thingsboard", values: [value] }),
  "gw-chirp": sourceShape.parse({ kind: "chirpstack", application: "app-1", values: [value] }),
  "gw-spark": sourceShape.parse({
    ...{ kind: "sparkplug", group: "g", edge: "e1" },
    values: [{ name: "t", as: "t", metric: "T", unit: "C" }],
  }),
};
let network: ApiNetwork;

beforeAll(async () => {
  network = await startApiNetwork({ config: loadConfig({ ...settings, BROKER_AUTH_SECRET: secret }) });
  await registerGateways(network.store, "maker", [
    { id: "gw-01" },
    { id: "gw-02" },
    { id: "gw-revoked", revokedAt: 1 },
    ...Object.entries(sources).map(([id, source]) => ({ id, source })),
    {
      id: "gw-gone",
      revokedAt: 1,
      source: sourceShape.parse({ ...mapping, time, topic: "gone/+/climate" }),
    },
  ]);
});
afterAll(() => network?.stop());

/** The part of the shipped file that asks at this address, as EMQX reads it. */
function template(path: string) {
  const url = new RegExp(
    `url = "http://127\\.0\\.0\\.1:8080(${path})"[\\s\\S]*?headers \\{([^}]*)\\}[\\s\\S]*?body \\{\\n((?:.*\\n)*?) *\\}`,
  );
  const [, address = "", headers = "", body = ""] = url.exec(kit) ?? [];
  const pairs = (text: string) =>
    [...text.matchAll(/"?([\w-]+)"? = "(.*)"/g)].map(([, key, value]) => [key, value]);
  return { address, headers: Object.fromEntries(pairs(headers)), body: Object.fromEntries(pairs(body)) };
}

/** Sends what EMQX would: keys in order, every placeholder filled in as a text. */
async function ask(path: string, values: Readonly<Record<string, string>>, bearer = secret) {
  const { address, headers, body } = template(path);
  const filled = Object.entries<string>(body)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => [key, value.replace(/\$\{(\w+)\}/g, (_, name: string) => values[name] ?? "")]);
  const authorization = String(headers.authorization).replace("REPLACE-WITH-BROKER_AUTH_SECRET", bearer);
  const response = await network.app.request(address, {
    method: "POST",
    headers: { ...headers, authorization },
    body: JSON.stringify(Object.fromEntries(filled)),
  });
  return { status: response.status, type: response.headers.get("content-type"), body: await response.text() };
}

const answer = (body: string) => ({ status: 200, type: "application/json", body });
const login = (username: string, password = gatewayPassword, clientid = username) =>
  ask("/broker/auth", { clientid, username, password });
const letIn = answer('{"result":"allow","is_superuser":false}');
const keptOut = answer('{"result":"deny","is_superuser":false}');

describe("POST /broker/auth", () => {
  it("is asked with the three fields that the API takes", () => {
    expect(Object.keys(template("/broker/auth").body)).toEqual(["clientid", "username", "password"]);
  });

  it("lets a gateway in by its password, twice", async () => {
    expect(await login("gw-01")).toEqual(letIn);
    expect(await login("gw-01")).toEqual(letIn);
  });

  it.each([
    ["a wrong password", "gw-01", "guessed", "gw-01"],
    ["no password", "gw-01", "", "gw-01"],
    ["another's client id", "gw-01", gatewayPassword, "gw-02"],
    ["a revoked gateway", "gw-revoked", gatewayPassword, "gw-revoked"],
    ["an unknown gateway", "gw-99", gatewayPassword, "gw-99"],
    ["a wildcard", "+", gatewayPassword, "+"],
    ["a path", "gw-01/x", gatewayPassword, "gw-01/x"],
    ["nobody", "", "", ""],
    ["a NUL", "gw-01\0", gatewayPassword, "gw-01\0"],
    [
      "the collector with a gateway's password",
      settings.MQTT_USERNAME,
      gatewayPassword,
      settings.MQTT_USERNAME,
    ],
    [
      "the Sparkplug host under another client id",
      "coldmark-sparkplug",
      settings.SPARKPLUG_PASSWORD,
      "gw-01",
    ],
    [
      "the Sparkplug host by the collector's password",
      "coldmark-sparkplug",
      settings.MQTT_PASSWORD,
      hostClient,
    ],
    ["the collector under a gateway's client id", settings.MQTT_USERNAME, settings.MQTT_PASSWORD, "gw-01"],
  ])("keeps out %s, in the same words", async (_what, username, password, clientid) => {
    expect(await login(username, password, clientid)).toEqual(keptOut);
  });

  it.each(["coldmark-collector", "coldmark-collector-2"])("lets the collector in as %s", async (clientid) => {
    expect(await login(settings.MQTT_USERNAME, settings.MQTT_PASSWORD, clientid)).toEqual(letIn);
  });
});

describe("the Sparkplug host", () => {
  it("comes in under its own client id", async () => {
    expect(await login(settings.SPARKPLUG_USERNAME, settings.SPARKPLUG_PASSWORD, hostClient)).toEqual(letIn);
  });
});

describe("POST /broker/acl", () => {
  const may = async (who: string, action: string, topic: string, retain = "false", clientid = who) =>
    (await ask("/broker/acl", { clientid, username: who, action, topic, qos: "1", retain })).body;
  const [allow, deny] = ['{"result":"allow"}', '{"result":"deny"}'];
  const gateway = "gw-01";
  const collector = settings.MQTT_USERNAME;
  const host = settings.SPARKPLUG_USERNAME;
  const own = (level: string) => `coldmark/v1/gw-01/${level}`;

  it("answers in EMQX's form", async () => {
    const asked = {
      clientid: gateway,
      username: gateway,
      action: "publish",
      topic: own("data"),
      qos: "1",
      retain: "false",
    };
    expect(await ask("/broker/acl", asked)).toEqual(answer(allow));
  });

  it.each([
    [gateway, "publish", own("data"), "false", allow],
    [gateway, "publish", own("hist"), "false", allow],
    [gateway, "publish", own("status"), "false", allow],
    [gateway, "publish", own("status"), "true", allow],
    [gateway, "publish", own("data"), "true", deny],
    [gateway, "publish", own("hist"), "true", deny],
    [gateway, "publish", own("receipt"), "false", deny],
    [gateway, "publish", own("command"), "false", deny],
    [gateway, "publish", "coldmark/v1/gw-02/data", "false", deny],
    [gateway, "publish", "coldmark/v1/gw-01/data/", "false", deny],
    [gateway, "publish", "coldmark/v1/gw-01/../gw-02/data", "false", deny],
    [gateway, "publish", "coldmark/v1/gw-01/DATA", "false", deny],
    [gateway, "publish", "$SYS/broker", "false", deny],
    [gateway, "publish", "$delayed/5/coldmark/v1/gw-01/data", "false", deny],
    [gateway, "publish", "", "false", deny],
    [gateway, "subscribe", own("receipt"), "false", allow],
    [gateway, "subscribe", own("command"), "false", allow],
    [gateway, "subscribe", own("data"), "false", deny],
    [gateway, "subscribe", "coldmark/v1/gw-02/receipt", "false", deny],
    [gateway, "subscribe", "coldmark/v1/+/receipt", "false", deny],
    [gateway, "subscribe", "coldmark/v1/gw-01/+", "false", deny],
    [gateway, "subscribe", "coldmark/v1/gw-01/#", "false", deny],
    [gateway, "subscribe", "#", "false", deny],
    [gateway, "subscribe", "$SYS/#", "false", deny],
    [gateway, "subscribe", "$share/x/coldmark/v1/gw-01/receipt", "false", deny],
    [collector, "subscribe", "coldmark/v1/+/data", "false", allow],
    [collector, "subscribe", "coldmark/v1/+/hist", "false", allow],
    [collector, "subscribe", "coldmark/v1/+/status", "false", allow],
    [collector, "subscribe", own("data"), "false", allow],
    [collector, "subscribe", "coldmark/v1/+/command", "false", allow],
    [collector, "subscribe", "coldmark/v1/+/other", "false", deny],
    [collector, "subscribe", "$SYS/broker/publish/messages/dropped", "false", allow],
    [collector, "subscribe", "$SYS/#", "false", deny],
    [`${collector}-1-hist`, "subscribe", "coldmark/v1/+/hist", "false", allow],
    [`${collector}-x`, "subscribe", "coldmark/v1/+/hist", "false", deny],
    [collector, "subscribe", "coldmark/v1/#", "false", deny],
    [collector, "subscribe", "#", "false", deny],
    [collector, "publish", own("receipt"), "false", allow],
    [collector, "publish", own("command"), "false", allow],
    [collector, "publish", own("receipt"), "true", deny],
    [collector, "publish", own("data"), "false", deny],
    [collector, "publish", "coldmark/v1/+/receipt", "false", deny],
    [host, "subscribe", "spBv1.0/#", "false", allow],
    [host, "subscribe", "spBv1.0/g/+/edge", "false", allow],
    [host, "subscribe", "spBv1.0/STATE/coldmark", "false", allow],
    [host, "subscribe", "#", "false", deny],
    [host, "subscribe", "coldmark/v1/+/data", "false", deny],
    [host, "publish", "spBv1.0/STATE/coldmark", "true", allow],
    [host, "publish", "spBv1.0/STATE/other", "true", deny],
    [host, "publish", "spBv1.0/g/NCMD/edge", "false", allow],
    [host, "publish", "spBv1.0/g/NCMD/edge", "true", deny],
    [host, "publish", "spBv1.0/g/DCMD/edge/device", "false", deny],
    [host, "publish", "spBv1.0/g/NDATA/edge", "false", deny],
    [host, "publish", own("receipt"), "false", deny],
    [gateway, "subscribe", "spBv1.0/#", "false", deny],
    ["gw-99", "publish", "coldmark/v1/gw-99/data", "false", deny],
    ["gw-revoked", "publish", "coldmark/v1/gw-revoked/data", "false", deny],
    ["", "publish", "coldmark/v1//data", "false", deny],
    ["+", "publish", "coldmark/v1/+/data", "false", deny],
  ])("%s may %s %s (retain %s): %s", async (who, action, topic, retain, expected) => {
    expect(await may(who, action, topic, retain)).toBe(expected);
  });

  it.each([
    ["gw-board", "publish", "v1/gateway/telemetry", allow],
    ["gw-board", "publish", "v1/gateway/attributes", deny],
    ["gw-board", "publish", "v1/gateway/+", deny],
    ["gw-board", "publish", "v1/gateway/telemetry/", deny],
    ["gw-board", "publish", "coldmark/v1/gw-board/status", allow],
    ["gw-board", "publish", "plant/1/climate", deny],
    ["gw-board", "subscribe", "v1/gateway/telemetry", deny],
    ["gw-board", "subscribe", "v1/gateway/rpc", deny],
    ["gw-chirp", "publish", "application/app-1/device/0102030405060708/event/up", allow],
    ["gw-chirp", "publish", "application/app-1/device/0102030405060708/event/join", deny],
    ["gw-chirp", "publish", "application/app-2/device/0102030405060708/event/up", deny],
    ["gw-plant", "publish", "plant/room 1/climate", allow],
    ["gw-plant", "publish", "plant//climate", deny],
    ["gw-plant", "publish", "plant/+/climate", deny],
    ["gw-plant", "publish", "plant/#", deny],
    ["gw-plant", "publish", "plant/1/2/climate", deny],
    ["gw-plant", "subscribe", "plant/1/climate", deny],
    ["gw-spark", "publish", "spBv1.0/g/NBIRTH/e1", allow],
    ["gw-spark", "publish", "spBv1.0/g/DDATA/e1/d1", allow],
    ["gw-spark", "publish", "spBv1.0/g/NDATA/e2", deny],
    ["gw-spark", "publish", "spBv1.0/g/NCMD/e1", deny],
    ["gw-spark", "publish", "spBv1.0/STATE/coldmark", deny],
    ["gw-spark", "subscribe", "spBv1.0/g/NCMD/e1", allow],
    ["gw-spark", "subscribe", "spBv1.0/g/NCMD/e1/#", allow],
    ["gw-spark", "subscribe", "spBv1.0/g/DCMD/e1/+", allow],
    ["gw-spark", "subscribe", "spBv1.0/g/DCMD/e1/d1", allow],
    ["gw-spark", "subscribe", "spBv1.0/g/DCMD/e1/d1/x", deny],
    ["gw-spark", "subscribe", "spBv1.0/STATE/coldmark", allow],
    ["gw-spark", "subscribe", "spBv1.0/g/NCMD/e2", deny],
    ["gw-spark", "subscribe", "spBv1.0/g/NCMD/+", deny],
    ["gw-spark", "subscribe", "spBv1.0/#", deny],
    [gateway, "publish", "v1/gateway/telemetry", deny],
    ["gw-99", "publish", "v1/gateway/telemetry", deny],
    ["gw-gone", "publish", "gone/1/climate", deny],
    [collector, "subscribe", "v1/gateway/telemetry", allow],
    [collector, "subscribe", "plant/+/climate", allow],
    [collector, "subscribe", "application/app-1/device/+/event/up", allow],
    [collector, "subscribe", "gone/+/climate", deny],
    [collector, "subscribe", "plant/#", deny],
    [collector, "subscribe", "spBv1.0/g/NDATA/e1", deny],
    [collector, "publish", "v1/gateway/telemetry", deny],
  ])("by its registered source %s may %s %s: %s", async (who, action, topic, expected) => {
    expect(await may(who, action, topic)).toBe(expected);
    expect(await may(who, action, topic)).toBe(expected);
    if (who.startsWith("gw-")) expect(await may(who, action, topic, "false", "gw-02")).toBe(deny);
  });

  it("lets a device of a registered source retain, which can't be told not to", async () => {
    expect(await may("gw-plant", "publish", "plant/1/climate", "true")).toBe(allow);
  });

  it("refuses a gateway under another's client id", async () => {
    expect(await may(gateway, "publish", own("data"), "false", "gw-02")).toBe(deny);
  });
});

describe("both", () => {
  const raw = (path: string, body: string, headers: Record<string, string> = {}) =>
    network.app.request(path, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${secret}`, ...headers },
      body,
    });
  const right = JSON.stringify({ clientid: "gw-01", username: "gw-01", password: gatewayPassword });

  it.each([
    ["a wrong secret", { authorization: `Bearer ${"t".repeat(32)}` }],
    ["an empty one", { authorization: "Bearer " }],
    ["an API key", { authorization: "Bearer cmk_x" }],
  ])("refuse %s, which EMQX takes for no answer", async (_what, headers) => {
    for (const path of ["/broker/auth", "/broker/acl"])
      expect((await raw(path, right, headers)).status).toBe(401);
    const without = { method: "POST", headers: { "content-type": "application/json" }, body: right };
    expect((await network.app.request("/broker/auth", without)).status).toBe(401);
  });

  it.each([
    ["no JSON", "{", 400],
    ["a field more", '{"clientid":"a","username":"a","password":"a","is_superuser":"true"}', 400],
    ["a field less", '{"clientid":"a","username":"a"}', 400],
    ["another type", '{"clientid":"a","username":["a"],"password":"a"}', 400],
    ["a key twice", '{"clientid":"a","username":"a","username":"b","password":"a"}', 400],
    ["too much", JSON.stringify({ clientid: "a", username: "a", password: "a".repeat(20_000) }), 413],
  ])("refuse %s", async (_what, body, status) => {
    expect((await raw("/broker/auth", body)).status).toBe(status);
  });

  it("never log a password or the secret", () => {
    const lines = JSON.stringify(network.lines);
    expect(lines).toContain("/broker/auth");
    for (const word of [gatewayPassword, settings.MQTT_PASSWORD, secret]) expect(lines).not.toContain(word);
  });

  it("don't exist without the setting, nor in the OpenAPI document", async () => {
    const without = await startApiNetwork({ config: loadConfig(settings) });
    const asked = { method: "POST", headers: { "content-type": "application/json" }, body: right };
    for (const path of ["/broker/auth", "/broker/acl"])
      expect((await without.app.request(path, asked)).status).toBe(404);
    await without.stop();
    expect(await (await network.app.request("/openapi.json")).text()).not.toContain("/broker/");
  });
});

describe("what was right is remembered", () => {
  it("for ten seconds and 4,096 users, by the secret; what was wrong never", async () => {
    let now = 0;
    let asked = 0;
    const known = new KnownAnswers(() => now);
    const isRight = (user: string, secret: string, truth: boolean) =>
      known.isRight(user, secret, async () => {
        asked += 1;
        return truth;
      });
    expect(await isRight("a", "right", true)).toBe(true);
    expect(await isRight("a", "right", false)).toBe(true);
    expect(asked).toBe(1);
    expect(await isRight("a", "wrong", false)).toBe(false);
    expect(await isRight("a", "wrong", false)).toBe(false);
    expect(asked).toBe(3);
    now = 10_000;
    expect(await isRight("a", "right", false)).toBe(false);
    for (let user = 0; user < 4_097; user += 1) await isRight(`user ${user}`, "x", true);
    expect(await isRight("user 0", "x", false)).toBe(false);
    expect(await isRight("user 4096", "x", false)).toBe(true);
  });
});
