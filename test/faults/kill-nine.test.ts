import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { PGlite } from "@electric-sql/pglite";
import { afterEach, describe, expect, it } from "vitest";
import { startGateway } from "#demo/gateway.ts";
import type { Reading, ReadingSource } from "#demo/reading-source.ts";
import { type Deployment, deploy } from "../support/deployment.ts";
import { smallNetwork } from "../support/small-network.ts";

const kills = process.env.COLDMARK_LONG ? 50 : 10;

/** Readings without end, a millisecond apart, faster than they can be taken. */
function endless(from: number): ReadingSource & { end(): void } {
  let next = from;
  let ended = false;
  return {
    nextAt: () => (ended ? null : next),
    end: () => {
      ended = true;
    },
    take(max) {
      const readings: Reading[] = [];
      while (!ended && readings.length < max) readings.push({ s: "t1", ts: next++, t: 5 });
      return readings;
    },
  };
}

/** Kills the one process again and again while a gateway sends; gives what the gateway deleted and what is kept. */
async function killAndCount(deployment: Deployment, network: ReturnType<typeof smallNetwork>) {
  const source = endless(network.since);
  const boot = Math.floor(Date.now() / 1000);
  const { id, key, password } = network.gateway;
  const gateway = startGateway({
    id,
    key,
    password,
    mqttUrl: deployment.doors.mqttUrl,
    receiptKeys: [deployment.doors.receiptKey],
    source,
    clock: Date.now,
    boot,
    readingsPerMessage: 2,
    lanes: "hist",
    say: () => undefined,
  });
  for (let kill = 0; kill < kills; kill += 1) {
    await pause(200 + Math.random() * 1_800);
    await deployment.service.kill9();
    await deployment.restart();
  }
  source.end();
  await gateway.drained(Number.MAX_SAFE_INTEGER);
  const sent = gateway.lastSeq();
  await gateway.stop();
  await deployment.service.stop();
  const kept = await countMessages(deployment.folder, boot);
  return { sent, kept };
}

async function countMessages(folder: string, boot: number): Promise<number> {
  const db = await PGlite.create(join(folder, "db"));
  const found = await db.query<{ count: number }>(
    "select count(distinct seq)::int as count from gateway_messages where boot = $1",
    [boot],
  );
  await db.close();
  return found.rows[0]?.count ?? 0;
}

describe("kill -9 of the one process during ingestion", () => {
  const network = () => smallNetwork(Math.floor(Date.now() / 10_000) * 10_000 - 3_600_000);
  let deployment: Deployment | undefined;
  afterEach(async () => deployment?.stop());

  it(`loses none of the receipted messages over ${kills} kills`, async () => {
    const small = network();
    deployment = await deploy("embedded", small);
    const { sent, kept } = await killAndCount(deployment, small);
    expect(sent).toBeGreaterThan(kills);
    expect(kept).toBe(sent);
  });

  it("loses some when the receipt is sent before the commit (control)", async () => {
    const small = network();
    deployment = await deploy("embedded", small, { TEST_RECEIPT_BEFORE_COMMIT: "true" });
    const { sent, kept } = await killAndCount(deployment, small);
    expect(kept).toBeLessThan(sent);
  });
});
