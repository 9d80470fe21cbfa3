import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Deployment, deploy } from "../support/deployment.ts";
import { type FaultRig, startRig } from "../support/fault-rig.ts";
import { coldmark } from "../support/service.ts";
import { type SimulateOutcome, startSimulated } from "../support/simulated.ts";
import { smallNetwork } from "../support/small-network.ts";

describe("coldmark simulate on a whole deployment", () => {
  let rig: FaultRig;
  beforeAll(async () => {
    rig = await startRig({ signed: true });
  });
  afterAll(async () => rig?.stop());

  it("knows the end of every message: signed, back-filled, cut off, poison, killed and resumed", async () => {
    const flags = ["--poison", "20", "--disconnects", "0.05", "--backfill", "0.2"];
    const killed = rig.simulate(flags);
    await killed.until(({ receipted, poison }) => receipted > 200 && poison > 40);
    await killed.kill9();
    const resumed = rig.simulate(flags);
    await resumed.until(({ receipted, poison }) => receipted > 400 && poison > 40);
    const { tally } = await resumed.end();
    expect(tally?.receiptsRefused).toBe(0);
    const { sums, check } = await rig.settle();
    expect(sums).toMatchObject({ unacknowledged: 0, acknowledged: sums.messages });
    expect(check).toMatchObject({
      missingMessages: 0,
      missingReadings: 0,
      examples: [],
      stored: check?.readings,
    });
    const [row] = await rig.sql<{ poison: number; reasons: string[] }>(
      `select count(distinct inbox_id)::int as poison, array_agg(distinct reason) as reasons from (
        select inbox_id, reason from dead_letters union all select inbox_id, null from set_aside) as letters`,
    );
    expect(row?.poison).toBeGreaterThanOrEqual(check?.deadLetters ?? 0);
    expect(check?.deadLetters).toBeGreaterThan(40);
    expect(row?.reasons).toEqual(
      expect.arrayContaining(["BAD_SHAPE", "IMPLAUSIBLE", "UNKNOWN_SENSOR", "MALFORMED"]),
    );
  });

  it("exits 1 when something acknowledged is gone, and names it", async () => {
    await rig.sql("delete from inbox where id = (select min(inbox_id) from gateway_messages)");
    const home = join(rig.folder, "gateways");
    const checked = await coldmark([
      ...["simulate", "--ledger", join(rig.folder, "ledger"), "--network", join(home, "network.json")],
      ...["--credentials", join(home, "devices.json"), "--sites", "20"],
      ...["--check", rig.postgres.url, "--influx", rig.influx.url],
    ]);
    expect(checked.code).toBe(1);
    expect(checked.stdout).toMatch(/seq \d+: not in the inbox with the bytes that were sent/);
    expect(checked.stdout).toMatch(/of \d+ acknowledged messages 1 are missing/);
  });
});

describe("coldmark simulate on the embedded broker", () => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await deploy("embedded", smallNetwork(Date.now() - 60_000));
  });
  afterAll(async () => deployment?.stop());

  it("speaks MQTT 3.1.1 where MQTT 5 is refused, and takes receipt keys from the service", async () => {
    const ledger = join(deployment.folder, "simulated");
    const made = await coldmark(["simulate", "--register", "--ledger", ledger, "--sites", "3", "--signed"]);
    expect(made.code).toBe(0);
    const registered = await coldmark(["register", join(ledger, "network.json")], deployment.env);
    expect(registered).toMatchObject({ code: 0 });
    const { mqttUrl, httpUrl } = deployment.doors;
    const run = startSimulated(
      ["--mqtt", mqttUrl, "--ledger", ledger, "--receipt-keys", httpUrl, "--rate", "50", "--seconds", "2"],
      {},
    );
    const { sums, tally }: SimulateOutcome = await run.outcome();
    expect(sums).toMatchObject({ unacknowledged: 0, acknowledged: sums.messages });
    expect(sums.messages).toBeGreaterThan(50);
    expect(tally).toMatchObject({ receiptsRefused: 0, refusedByBroker: 0 });
  });

  it("refuses to register twice on one ledger, and a second process on it", async () => {
    const ledger = join(deployment.folder, "held");
    await coldmark(["simulate", "--register", "--ledger", ledger, "--sites", "1"]);
    const twice = await coldmark(["simulate", "--register", "--ledger", ledger]);
    expect(twice).toMatchObject({ code: 78, stderr: expect.stringContaining("choose another --ledger") });
    const holding = startSimulated(["--mqtt", deployment.doors.mqttUrl, "--ledger", ledger], deployment.env);
    // Only once it tells how far it is does the ledger belong to it: before, a second process could be the first.
    await holding.next();
    expect((await coldmark(["simulate", "--ledger", ledger])).code).toBe(75);
    await holding.kill9();
  });
});
