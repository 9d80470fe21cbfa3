import { asc, eq } from "drizzle-orm";
import { expect, it } from "vitest";
import { deadLetters } from "#store/schema/dead-letters.ts";
import {
  connectClaimed,
  type FactoryDevice,
  hangSensors,
  makeDevice,
  oneReading,
  pointBehind,
} from "../../support/maker-network.ts";
import { signInAs } from "../../support/people-network.ts";
import { asking, type Claimed, type GatewayStage, type ToldGateway } from "./stage.ts";

/** How long what was sent may take to be seen. */
const again = { timeout: 20_000, interval: 50 };

/** A gateway from the upload to its revocation, with a broker and signed messages, for both kinds of key. */
export function wholeLife(stage: GatewayStage): void {
  const { by, upload, claim, claimed, auditOf, toldOfKeys, entriesOf } = asking(stage);
  const connect = async ({ mqtt }: Claimed) => {
    const client = await connectClaimed(stage.network.ingest.broker.url, mqtt.username, mqtt.password);
    stage.clients.push(client);
    return client;
  };
  const storedOf = (gateway: string) =>
    stage.network.readings.range({
      tenant: "shop",
      points: [pointBehind(gateway)],
      from: 0,
      to: Number.MAX_SAFE_INTEGER,
    });
  const reasonsOf = async (gateway: string) => {
    const rows = await stage.store.as({ role: "worker" }, (tx) =>
      tx.select().from(deadLetters).where(eq(deadLetters.gateway, gateway)).orderBy(asc(deadLetters.id)),
    );
    return rows.map(({ reason }) => reason);
  };

  it("upload, claim, sign, rotate with overlap, revoke: each step counts at once", async () => {
    const old = makeDevice("CM2-000001");
    const fresh = makeDevice("CM2-000001");
    const own = await claimed(old);
    const { id } = own.gateway;
    expect(own.gateway).toMatchObject({
      ...{ id: "cm2-000001", kind: "native", site: "till-side", signatureRequired: true, revokedAt: null },
      keys: [{ kid: old.kid, alg: "Ed25519", publicKey: old.upload.publicKey, revokedAt: null }],
    });
    await hangSensors(stage.network, [id]);
    const topic = `coldmark/v1/${id}/data`;
    const client = await connect(own);
    let seq = 0;
    const send = (device: FactoryDevice) => {
      seq += 1;
      return client.publishAsync(topic, device.message(topic, oneReading(1, seq)), { qos: 1 });
    };
    await send(old);
    await expect.poll(() => storedOf(id), again).toMatchObject([{ tMilliC: 5_000, signedBy: old.kid }]);

    const key = { kid: fresh.kid, alg: "Ed25519", publicKey: fresh.upload.publicKey };
    const enrolled = await stage.network.ask("POST", `/v1/gateways/${id}/keys`, key, by("shop"));
    expect([enrolled.status, ((await enrolled.json()) as ToldGateway).keys.length]).toEqual([200, 2]);
    const at = Date.now() + 1_500;
    const revocation = { at: new Date(at).toISOString(), why: "yearly rotation" };
    const path = `/v1/gateways/${id}/keys/${old.kid}/revoke`;
    expect((await stage.network.ask("POST", path, revocation, by("shop"))).status).toBe(200);
    await send(old);
    await send(fresh);
    await expect.poll(async () => (await storedOf(id)).length, again).toBe(3);
    expect(await reasonsOf(id)).toEqual([]);
    await expect.poll(() => Date.now(), again).toBeGreaterThan(at);
    await send(old);
    await send(fresh);
    await expect.poll(async () => (await storedOf(id)).length, again).toBe(4);
    await expect.poll(() => reasonsOf(id), again).toEqual(["UNKNOWN_KEY"]);
    expect((await entriesOf(old.kid)).map(({ body }) => body.until)).toEqual([null, at]);

    const closed = new Promise<number>((done) => client.once("close", () => done(Date.now())));
    const asked = Date.now();
    const why = { why: "the shop closed" };
    const ended = await stage.network.ask("POST", `/v1/gateways/${id}/revoke`, why, by("shop"));
    expect(ended.status).toBe(200);
    expect(((await ended.json()) as ToldGateway).keys.every(({ revokedAt }) => revokedAt !== null)).toBe(
      true,
    );
    expect((await closed) - asked).toBeLessThan(60_000);
    await expect(connect(own)).rejects.toThrow(/not authorized|bad user name/i);
    expect(await storedOf(id)).toHaveLength(4);
    expect((await entriesOf(fresh.kid)).map(({ body }) => typeof body.until)).toEqual(["object", "number"]);
    expect((await toldOfKeys()).filter(({ kind }) => kind === "gateway")).toHaveLength(1);
    const trail = await auditOf(`gateway ${id}`);
    expect(trail.map(({ action, reason }) => [action, reason])).toEqual([
      ["gateway.claim", null],
      ["register.create", null],
      ["register.change", "the shop closed"],
    ]);
    expect(trail.map(({ actor }) => actor).slice(0, 2)).toEqual(["apiKey:gateways", "apiKey:gateways"]);
    expect(JSON.stringify(trail)).not.toContain(own.mqtt.password);
    expect(JSON.stringify(trail)).not.toContain("sha256$");
  });

  it("ES256, claimed by a person who signed in, is accepted end to end", async () => {
    const device = makeDevice("CM2-ES256", "ES256");
    expect((await upload([device])).status).toBe(200);
    const cookie = await signInAs(stage.network.people.app, "manager@demo.test");
    const response = await claim(device.sticker, { gatewayId: "back-room" }, { cookie });
    expect(response.status).toBe(201);
    const own = (await response.json()) as Claimed;
    await hangSensors(stage.network, ["back-room"]);
    const client = await connect(own);
    const topic = "coldmark/v1/back-room/data";
    await client.publishAsync(topic, oneReading(1, 1), { qos: 1 });
    await client.publishAsync(topic, device.message(topic, oneReading(1, 2, 4.5)), { qos: 1 });
    await expect
      .poll(() => storedOf("back-room"), again)
      .toMatchObject([{ tMilliC: 4_500, signedBy: device.kid }]);
    await expect.poll(() => reasonsOf("back-room"), again).toEqual(["SIGNATURE_REQUIRED"]);
    const foreign = await claim(device.sticker, {}, { cookie, Origin: "https://evil.example" });
    expect(foreign.status).toBe(403);
    const auditor = await signInAs(stage.network.people.app, "auditor@demo.test");
    expect((await claim(device.sticker, {}, { cookie: auditor })).status).toBe(401);
  });
}
