/** A gateway that is revoked while it is connected to an outside broker (issue 4, point 6): Mosquitto with dynamic security. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { gateways } from "#store/schema/gateways.ts";
import { dynsecAdmin, onDynsec } from "../support/dynsec.ts";
import { gatewayPassword, noteChange } from "../support/gateway-network.ts";
import { type House, openHouseBehind } from "../support/ingest-house.ts";
import { startMosquitto, type TestMosquitto } from "../support/mosquitto.ts";
import { bodyOf } from "../support/mqtt-gateway.ts";
import { connect5, fateOf, type Mqtt5Client } from "../support/mqtt5.ts";
import { coldmark } from "../support/service.ts";

const tenant = "pharmacy-1";
const ids = ["gw-before", "gw-stolen", "gw-honest", "gw-left"];
const control = {
  MQTT_CONTROL_USERNAME: dynsecAdmin.username,
  MQTT_CONTROL_PASSWORD: dynsecAdmin.password,
};
let broker: TestMosquitto;
let house: House | undefined;

beforeAll(async () => {
  broker = await startMosquitto({}, { change: onDynsec });
  const credentials = join(broker.folder, "credentials.txt");
  writeFileSync(credentials, ids.map((id) => `${id}: ${gatewayPassword}\n`).join(""));
  const { username: MQTT_USERNAME, password: MQTT_PASSWORD } = broker.collector;
  const told = await coldmark(["broker", "dynsec", "--mqtt", broker.url, "--credentials", credentials], {
    ...{ MQTT_URL: broker.url, MQTT_USERNAME, MQTT_PASSWORD },
    COLDMARK_BROKER_PASSWORD: dynsecAdmin.password,
  });
  expect(told).toMatchObject({ code: 0 });
});
afterEach(async () => {
  await house?.stop();
  house = undefined;
});
afterAll(async () => {
  await broker?.stop();
});

const connect = (id: string) => connect5({ url: broker.url, username: id, password: gatewayPassword });
const fateOfData = (client: Mqtt5Client, id: string, seq: number) =>
  fateOf(client, `coldmark/v1/${id}/data`, bodyOf(1, seq, [{ s: "t1", ts: Date.now(), t: 5 }]));

async function revoke({ store }: House, id: string): Promise<void> {
  await store.as({ role: "app", tenant }, async (tx) => {
    await tx.update(gateways).set({ revokedAt: Date.now() }).where(eq(gateways.id, id));
    await noteChange(tx, tenant);
  });
}

it("is put out and kept out where we are the plugin's admin, also when it was revoked while we were away", async () => {
  const [before, stolen, honest] = await Promise.all(["gw-before", "gw-stolen", "gw-honest"].map(connect));
  const own = [{ id: "gw-before", revokedAt: 1 }, { id: "gw-stolen" }, { id: "gw-honest" }];
  house = await openHouseBehind(broker, { gateways: { [tenant]: own }, settings: control });
  expect(await before?.closed).toBe("closed");
  expect(stolen?.client.connected).toBe(true);
  await revoke(house, "gw-stolen");
  expect(await stolen?.closed).toBe("closed");
  for (const id of ["gw-before", "gw-stolen"])
    await expect(connect(id)).rejects.toMatchObject({ code: 0x87 });
  expect(await fateOfData(honest as Mqtt5Client, "gw-honest", 1)).toBe("accepted");
  await house.projected("gw-honest", 1);
  await honest?.client.endAsync();
});

it("stays connected where nobody told us who the admin is, and all it sends is set aside (control)", async () => {
  house = await openHouseBehind(broker, { gateways: { [tenant]: [{ id: "gw-left" }] } });
  const left = await connect("gw-left");
  await revoke(house, "gw-left");
  expect(await fateOfData(left, "gw-left", 1)).toBe("accepted");
  await house.projected("gw-left", 1);
  expect(await house.lettersOf("gw-left")).toMatchObject([{ reason: "REVOKED_GATEWAY" }]);
  expect(await fateOfData(left, "gw-left", 2)).toBe("accepted");
  await left.client.endAsync();
});
