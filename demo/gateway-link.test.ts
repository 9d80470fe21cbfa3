import { afterEach, expect, it } from "vitest";
import { type ReceiptBroker, startReceiptBroker } from "#test/support/receipt-broker.ts";
import { createBackOff } from "./back-off.ts";
import { type GatewayLink, openLink } from "./gateway-link.ts";

let stub: ReceiptBroker | undefined;
let link: GatewayLink | undefined;
afterEach(async () => {
  await link?.close();
  await stub?.stop();
});

it("waits longer and longer while its connections are taken away at once, and begins anew after one that held", async () => {
  const broker = await startReceiptBroker();
  stub = broker;
  let now = 0;
  const holdsMs = [0, 0, 59_999, 60_000, 0];
  const own = createBackOff(
    () => now,
    () => 1,
  );
  const waits: number[] = [];
  await new Promise<void>((done) => {
    link = openLink({
      ...{ gateway: "gw-1", mqttUrl: broker.mqttUrl, password: "secret", boot: 1 },
      say: () => undefined,
      heard: () => undefined,
      up: () => {
        now += holdsMs.shift() ?? 0;
        broker.cut();
      },
      backOff: {
        connected: own.connected,
        nextMs: () => {
          waits.push(own.nextMs());
          if (holdsMs.length === 0) done();
          return 0;
        },
      },
    });
  });
  expect(waits).toEqual([1_000, 2_000, 4_000, 1_000, 2_000]);
});

it("waits a minute at most, and some time between the half and the whole of it", () => {
  const least = createBackOff(
    () => 0,
    () => 0,
  );
  const waits = Array.from({ length: 10 }, () => least.nextMs());
  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000]);
});
