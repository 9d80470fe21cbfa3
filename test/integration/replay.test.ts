import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shared, sharedDir } from "../conformance/shared.ts";
import { programOf } from "../support/child.ts";
import { type Deployment, deploy } from "../support/deployment.ts";
import { coldmark } from "../support/service.ts";
import { smallNetwork } from "../support/small-network.ts";
import { answerWhen, capture, packEvent } from "../support/small-scenario.ts";

const tripFrom = Date.parse("2020-05-30T00:00:56Z");
/** Five minutes after the last of 3,091 samples: what the last one stands for. */
const tripTo = Date.parse("2020-06-09T17:35:56Z");

describe.skipIf(sharedDir === null)("a real logger's trip through a gateway of kind replay", () => {
  const network = smallNetwork(tripFrom, true);
  const code = `https://id.gs1.org/01/${network.gtin}/21/TRIP`;
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await deploy("embedded", network, { SEGMENT_MS: "900000", SEGMENT_MOVING_MS: "900000" });
    const csv = shared("data/biovoice-t301/2622930045_202006091730.csv");
    const flags = ["--mqtt", deployment.doors.mqttUrl, "--gateway", network.gateway.id, "--sensor", "t1"];
    const env = { ...deployment.env, COLDMARK_GATEWAY_PASSWORD: network.gateway.password };
    const replayed = await coldmark(["replay", csv, ...flags], env);
    expect(replayed).toMatchObject({ code: 0, stdout: expect.stringContaining("3091 readings") });
    const onBoard = packEvent(code, "commissioning", tripFrom, network.room, {
      ilmd: { "cbvmda:itemExpirationDate": "2030-01-31" },
    });
    const offBoard = packEvent(code, "dispensing", tripTo, network.room);
    expect((await capture(network, deployment.service.url, [onBoard, offBoard])).status).toBe(202);
  });
  afterAll(async () => deployment?.stop());

  it("finds the one excursion of 18,000 s above 8.0 °C, MKT 5.6, and the sampling interval that CN-GSP forbids", async () => {
    const { cold, proof } = await answerWhen(
      deployment.service.url,
      code,
      (answer) =>
        answer.proof.result === "VALID_FINAL" &&
        answer.cold.legs[0]?.excursions[0]?.durationMs === 18_000_000,
    );
    expect(proof.result).toBe("VALID_FINAL");
    expect(cold.state).toBe("EXCURSION");
    expect(cold.legs.flatMap((leg) => leg.excursions)).toMatchObject([
      { direction: "high", durationMs: 18_000_000, extremeC: 23.8 },
    ]);
    expect(cold.mktC).toBe(5.6);
    expect(cold.reasons).toContainEqual({
      code: "INTERVAL_OUT_OF_LIMITS",
      facts: { observedMs: 300_000, allowedMs: 120_000 },
    });
  });

  it("is marked as replayed and late, and could never have been COMPLIANT", async () => {
    const { cold } = await answerWhen(
      deployment.service.url,
      code,
      (answer) => answer.cold.state === "EXCURSION",
    );
    const codes = cold.reasons.map((reason) => reason.code);
    expect(codes).toEqual(
      expect.arrayContaining(["REPLAYED", "READINGS_ARRIVED_LATE", "PLACE_BACKDATED", "SEALED_LATE"]),
    );
  });

  it("takes one message sent by hand with mosquitto_pub, as docs/gateway.md shows", async () => {
    const stored = async () => {
      const metrics = await (await fetch(new URL("/metrics", deployment.service.url))).text();
      return Number(/coldmark_readings\{end="stored"\} (\d+)/.exec(metrics)?.[1]);
    };
    const before = await stored();
    const { id, password } = network.gateway;
    const { port } = new URL(deployment.doors.mqttUrl);
    const message = {
      v: 1,
      boot: 1,
      seq: 1,
      sent: Date.now(),
      readings: [{ s: "t1", ts: Date.now(), t: 4.2 }],
    };
    const who = ["-h", "127.0.0.1", "-p", port, "-q", "1", "-i", id, "-u", id, "-P", password];
    const program = programOf(["/usr/bin/mosquitto_pub"], "mosquitto-clients");
    await promisify(execFile)(program, [
      ...who,
      "-t",
      `coldmark/v1/${id}/data`,
      "-m",
      JSON.stringify(message),
    ]);
    await expect.poll(stored, { timeout: 30_000 }).toBe(before + 1);
  });
});
