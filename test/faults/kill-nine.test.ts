import { setTimeout as pause } from "node:timers/promises";
import { and, countDistinct, eq, lte } from "drizzle-orm";
import { afterEach, describe, expect, it } from "vitest";
import { startGateway } from "#demo/gateway.ts";
import type { Reading, ReadingSource } from "#demo/reading-source.ts";
import { openStore, type Store } from "#store/connect.ts";
import { gatewayMessages } from "#store/schema/gateway-runs.ts";
import { type Deployment, deploy } from "../support/deployment.ts";
import { untilAtRest } from "../support/read-counters.ts";
import { type SmallNetwork, smallNetwork } from "../support/small-network.ts";
import { expectOneEndEach } from "../support/store-books.ts";

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

interface Outcome {
  /** Messages that the gateway deleted, all of them under a verified receipt: seq 1 to this. */
  readonly deleted: number;
  /** How many of these the inbox holds. */
  readonly kept: number;
}

interface Killing {
  readonly kills: number;
  /** Waits for the moment to kill; `deleted` is how many messages the gateway has deleted by now. */
  readonly moment: (deleted: () => number, kill: number) => Promise<void>;
  /** Goes on until everything is receipted; then every message must have come to one end. */
  readonly drain: boolean;
}

/** Any moment, once something was receipted. */
const anyMoment: Killing["moment"] = async (deleted, kill) => {
  await expect.poll(deleted, { timeout: 60_000 }).toBeGreaterThan(kill);
  await pause(200 + Math.random() * 1_800);
};

/** Right after a receipt for many messages: sent early, it is a second ahead of their commit. */
const afterReceipt: Killing["moment"] = async (deleted) => {
  await expect.poll(deleted, { timeout: 60_000, interval: 10 }).toBeGreaterThan(100);
};

/** Kills the one process again and again while a gateway sends. */
async function killAndCount(
  deployment: Deployment,
  network: SmallNetwork,
  { kills, moment, drain }: Killing,
): Promise<Outcome> {
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
    await moment(() => gateway.lastSeq() - gateway.waiting(), kill);
    await deployment.service.kill9();
    await deployment.restart();
  }
  source.end();
  if (drain) {
    await gateway.drained(Number.MAX_SAFE_INTEGER);
    await untilAtRest(deployment.service.url);
  }
  const deleted = gateway.lastSeq() - gateway.waiting();
  await gateway.stop();
  await deployment.service.stop();
  const store = await openStore({ dataDir: deployment.folder });
  try {
    if (drain) await expectOneEndEach(store);
    return { deleted, kept: await countKept(store, boot, deleted) };
  } finally {
    await store.close();
  }
}

async function countKept(store: Store, boot: number, upTo: number): Promise<number> {
  const { seq, boot: ofBoot } = gatewayMessages;
  const [found] = await store.as({ role: "worker" }, (tx) =>
    tx
      .select({ count: countDistinct(seq) })
      .from(gatewayMessages)
      .where(and(eq(ofBoot, boot), lte(seq, upTo))),
  );
  return found?.count ?? 0;
}

describe("kill -9 of the one process during ingestion", () => {
  const network = () => smallNetwork(Math.floor(Date.now() / 10_000) * 10_000 - 3_600_000);
  let deployment: Deployment | undefined;
  afterEach(async () => deployment?.stop());

  it(`loses none of the receipted messages over ${kills} kills, and each came to one end`, {
    timeout: kills * 60_000,
  }, async () => {
    const small = network();
    deployment = await deploy("embedded", small);
    const { deleted, kept } = await killAndCount(deployment, small, {
      kills,
      moment: anyMoment,
      drain: true,
    });
    expect(deleted).toBeGreaterThan(kills);
    expect(kept).toBe(deleted);
  });

  it("loses some when the receipt is sent before the commit (control)", async () => {
    const small = network();
    deployment = await deploy("embedded", small, { TEST_RECEIPT_BEFORE_COMMIT: "true" });
    const { deleted, kept } = await killAndCount(deployment, small, {
      kills: 1,
      moment: afterReceipt,
      drain: false,
    });
    expect(kept).toBeLessThan(deleted);
  });
});
