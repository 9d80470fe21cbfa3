import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Deployment, deploy } from "../support/deployment.ts";
import { coldmark } from "../support/service.ts";
import { type SmallNetwork, smallNetwork } from "../support/small-network.ts";
import { answerWhen, capture, packEvent, publishReadings } from "../support/small-scenario.ts";

const minuteMs = 60_000;
/** Windows of 10 s: the network's equipment is there since a whole window's start. */
const windowMs = 10_000;
const iso = (ms: number) => new Date(ms).toISOString();

describe.each(["outside", "embedded"] as const)("the main job with every part %s", (kind) => {
  const since = Math.floor((Date.now() - 10 * minuteMs) / windowMs) * windowMs;
  const until = since + 5 * minuteMs;
  /** In the middle of a window, so that the bundle shows that window's readings. */
  const soldAt = until - minuteMs + windowMs / 2;
  const network: SmallNetwork = smallNetwork(since);
  const code = `https://id.gs1.org/01/${network.gtin}/21/E2E1`;
  let deployment: Deployment;
  const bundleFile = () => join(deployment.folder, "bundle.json");
  const trustFile = () => join(deployment.folder, "trust.json");

  const verify = async (...more: string[]) => {
    const rpc = await deployment.rpcUrl();
    return await coldmark([
      "verify",
      bundleFile(),
      "--trust",
      trustFile(),
      "--code",
      code,
      "--rpc",
      rpc,
      ...more,
    ]);
  };

  beforeAll(async () => {
    deployment = await deploy(kind, network);
    await publishReadings(network, deployment.doors, { from: since, to: until });
    const commissioned = packEvent(code, "commissioning", since, network.room, {
      disposition: "active",
      ilmd: { "cbvmda:lotNumber": network.lot, "cbvmda:itemExpirationDate": "2030-01-31" },
    });
    const sold = packEvent(code, "dispensing", soldAt, network.room, { disposition: "dispensed" });
    const response = await capture(network, deployment.service.url, [commissioned, sold]);
    expect([response.status, await response.text()]).toEqual([202, expect.anything()]);
  });
  afterAll(async () => deployment?.stop());

  it("proves the pack was kept cold, finally anchored", async () => {
    const { doors } = deployment;
    const answer = await answerWhen(
      doors.httpUrl,
      code,
      ({ cold, proof }) => cold.state === "COMPLIANT" && proof.result === "VALID_FINAL",
    );
    expect(answer.known.state).toBe("KNOWN_FROM_MAKER");
    expect(answer.state).toMatchObject({ state: "SOLD", soldCount: 1 });
    expect(answer.cold.proved).toEqual({ since: iso(since), until: iso(soldAt) });
    expect(answer.cold.mktC).toBe(5);
  });

  it("gives a bundle that another process verifies from the trust file and the RPC alone", async () => {
    const url = new URL(`/v1/provenance/${encodeURIComponent(code)}/bundle`, deployment.service.url);
    const take = async () => {
      writeFileSync(bundleFile(), await (await fetch(url)).text());
      return verify();
    };
    // The head may have moved on since: its anchor is final in a moment.
    await expect.poll(take, { timeout: 60_000, interval: 500 }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^VALID_FINAL\n[\s\S]*cold: {2}COMPLIANT/),
    });
  });

  it("is still VALID_FINAL after the head moved on", async () => {
    const other = `https://id.gs1.org/01/${network.gtin}/21/LATER`;
    const seen = packEvent(other, "commissioning", Date.now(), network.room);
    expect((await capture(network, deployment.service.url, [seen])).status).toBe(202);
    await answerWhen(
      deployment.service.url,
      other,
      ({ known, proof }) => known.state === "KNOWN_FROM_MAKER" && proof.result === "VALID_FINAL",
    );
    expect((await verify()).stdout).toMatch(/^VALID_FINAL\n/);
  });

  it("refuses the bundle when one reading or one byte of an entry is changed, or a window is left out", async () => {
    const original = readFileSync(bundleFile(), "utf8");
    type Entry = { readings: number[][]; body: { points: { n: number }[] } };
    const attacks: ((entries: Entry[], shown: number) => unknown)[] = [
      (entries, shown) => entries[shown]?.readings[0]?.splice(2, 1, 4_999),
      (entries, shown) => Object.assign(entries[shown]?.body.points[0] ?? {}, { n: 3 }),
      (entries) => entries.splice(1, 1),
    ];
    for (const attack of attacks) {
      const bundle = JSON.parse(original) as { streams: { entries: Entry[] }[] };
      const measured = bundle.streams.find(({ entries }) => entries.some((entry) => entry.readings));
      const shown = measured?.entries.findIndex((entry) => entry.readings) ?? -1;
      expect(shown).toBeGreaterThanOrEqual(0);
      attack(measured?.entries ?? [], shown);
      writeFileSync(bundleFile(), JSON.stringify(bundle));
      expect(await verify()).toMatchObject({ code: 1, stdout: expect.stringMatching(/^TAMPERED/) });
    }
    writeFileSync(bundleFile(), original);
    expect((await verify()).code).toBe(0);
  });

  it("knows no key without the trust file and no subject but its own", async () => {
    expect((await coldmark(["verify", bundleFile()])).stdout).toMatch(/^KEY_UNKNOWN/);
    const other = [
      "--trust",
      trustFile(),
      "--offline",
      "--code",
      `https://id.gs1.org/01/${network.gtin}/21/OTHER`,
    ];
    expect((await coldmark(["verify", bundleFile(), ...other])).stdout).toMatch(/^SUBJECT_MISMATCH/);
  });

  it("audits the equipment: readings store, inbox, log and chain agree", async () => {
    const span = ["--from", iso(since), "--to", iso(until)];
    const audited = await coldmark(["audit", "--equipment", "cold-room", ...span], deployment.env);
    expect(audited).toMatchObject({ code: 0, stdout: expect.stringContaining("AGREES") });
  });

  it("ends orderly at SIGTERM and starts again with everything there", async () => {
    expect(await deployment.service.stop()).toBe(0);
    await deployment.restart();
    const answer = await answerWhen(
      deployment.service.url,
      code,
      ({ proof }) => proof.result === "VALID_FINAL",
    );
    expect(answer.cold.state).toBe("COMPLIANT");
  });
});
