/** The disk below PostgreSQL is full: it refuses, loses nothing, and goes on by itself once there is room. */
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { type FaultRig, type RigOptions, startRig } from "../support/fault-rig.ts";
import type { TestPostgres } from "../support/postgres.ts";
import { makeSmallDisk } from "../support/power-disk.ts";
import type { Simulated } from "../support/simulated.ts";
import {
  expectNothingLost,
  expectSomethingLost,
  isLong,
  lossOf,
  recoveryMs,
  recoveryMsMax,
  writeDown,
} from "../support/withstand.ts";

const fullMs = isLong ? 30_000 : 5_000;
const superviseMs = 500;
/** So that PostgreSQL itself needs little beside the data. */
const smallWal = ["max_wal_size=48MB", "min_wal_size=32MB", "autovacuum=off"];

describe("a full disk", () => {
  let disk: ReturnType<typeof makeSmallDisk> | undefined;
  let rig: FaultRig | undefined;
  let unsupervise: (() => Promise<void>) | undefined;
  afterEach(async () => {
    await unsupervise?.();
    await rig?.stop();
    await disk?.remove();
    [rig, disk, unsupervise] = [undefined, undefined, undefined];
  });

  /** Fills the disk up to a few MiB under load, and waits until nothing more is acknowledged. */
  async function fill(
    options: RigOptions = {},
  ): Promise<{ rig: FaultRig; gateways: Simulated; grow: () => void }> {
    const own = makeSmallDisk(600);
    disk = own;
    const running = await startRig({ ...options, postgres: { parent: own.folder, settings: smallWal } });
    rig = running;
    unsupervise = supervise(running.postgres);
    const gateways = running.simulate(["--readings", "50"]);
    await gateways.until(({ receipted }) => receipted > 100);
    own.fillUp(4);
    await expect.poll(() => running.service.log(), { timeout: 60_000 }).toMatch(/No space left on device/);
    return { rig: running, gateways, grow: () => own.grow(1_200) };
  }

  it(`of ${fullMs / 1_000} s below PostgreSQL: nothing acknowledged is lost, and all goes on by itself`, async () => {
    const { rig, gateways, grow } = await fill();
    await pause(fullMs);
    grow();
    const recovery = await recoveryMs(gateways);
    await gateways.end();
    const outcome = await expectNothingLost(rig);
    expect(recovery).toBeLessThan(recoveryMsMax);
    writeDown({
      fault: `disk of PostgreSQL full for ${fullMs / 1_000} s`,
      times: 1,
      ...lossOf(outcome),
      recoveryMs: [recovery],
    });
  });

  it("takes acknowledged messages where receipts don't wait for the commit (control)", async () => {
    const { rig, gateways, grow } = await fill({ settings: { TEST_RECEIPT_BEFORE_COMMIT: "true" } });
    const { receipted = 0 } = gateways.told() ?? {};
    await gateways.until((tally) => tally.receipted > receipted + 200);
    await rig.service.kill9();
    await gateways.kill9();
    grow();
    await unsupervise?.();
    await rig.postgres.restart();
    await rig.startService({ settings: { TEST_RECEIPT_BEFORE_COMMIT: "false" } });
    await expectSomethingLost(rig, "disk full, receipts before the commit");
  });
});

/** What systemd does: starts PostgreSQL again when a full disk ended it. The answer ends that. */
function supervise(postgres: TestPostgres): () => Promise<void> {
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      await pause(superviseMs);
      if (!isOver && !postgres.isRunning()) await postgres.restart().catch(() => undefined);
    }
  })();
  return () => {
    isOver = true;
    return watching;
  };
}
