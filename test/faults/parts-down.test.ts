import { setTimeout as pause } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import type { Answer } from "#domain/provenance/answer.ts";
import { openStore } from "#store/connect.ts";
import { openInfluxReadings } from "#store/readings/influx.ts";
import { type Deployment, deploy, type OutsidePartName } from "../support/deployment.ts";
import { smallNetwork } from "../support/small-network.ts";
import { answerWhen, capture, packEvent, publishReadings } from "../support/small-scenario.ts";
import { expectOneEndEach } from "../support/store-books.ts";

const minuteMs = 60_000;
/** Windows of 10 s: the network's equipment is there since a whole window's start. */
const windowMs = 10_000;

/** What `/health/ready` says: its status and the parts it misses. */
async function readiness(httpUrl: string): Promise<[status: number, missing: string[]]> {
  const response = await fetch(new URL("/health/ready", httpUrl));
  const { missing } = (await response.json()) as { missing: string[] };
  return [response.status, missing];
}

/** Waits until `/health/ready` says so. @throws with what it said last */
async function untilReadiness(httpUrl: string, wanted: [number, string[]]): Promise<void> {
  const deadline = Date.now() + 90_000;
  let said = await readiness(httpUrl);
  while (JSON.stringify(said) !== JSON.stringify(wanted)) {
    if (Date.now() > deadline) throw new Error(`ready never said ${wanted}, but ${said}`);
    await pause(250);
    said = await readiness(httpUrl);
  }
}

const parts: OutsidePartName[] = ["chain", "readings", "broker"];
/** What the page can still say of a pack that was final before the part went away. */
const answersWithout: Record<OutsidePartName, { cold: string; proof: string }> = {
  chain: { cold: "COMPLIANT", proof: "CHAIN_UNREACHABLE" },
  readings: { cold: "NOT_DEMONSTRABLE", proof: "VALID_FINAL" },
  broker: { cold: "COMPLIANT", proof: "VALID_FINAL" },
};

/** Of each part: its two packs' times in the cold room, and a pause. */
const turnMs = 8 * minuteMs;
const since = Math.floor((Date.now() - parts.length * turnMs - 3 * minuteMs) / windowMs) * windowMs;
const network = smallNetwork(since);
let deployment: Deployment | undefined;
afterAll(async () => deployment?.stop());
const running = () => {
  if (deployment?.outside) return { ...deployment, url: deployment.service.url, outside: deployment.outside };
  throw new Error("the deployment did not start");
};

/** One deployment for all parts in turn, started anew without each: what starts it takes longer than what is looked at. */
async function startWithout(part: OutsidePartName): Promise<void> {
  if (deployment === undefined) {
    deployment = await deploy("outside", network, {}, part);
    return;
  }
  await running().outside[part].down();
  await deployment.restart();
}

describe.each(parts)("without the %s", (part) => {
  const turn = since + parts.indexOf(part) * turnMs;
  const codeOf = (serial: string) => `https://id.gs1.org/01/${network.gtin}/21/${part}-${serial}`;

  /** A pack's three minutes in the cold room, and its sale in the middle of a window. */
  async function capturePack(serial: string, from: number): Promise<number> {
    const commissioned = packEvent(codeOf(serial), "commissioning", from, network.room, {
      disposition: "active",
      ilmd: { "cbvmda:lotNumber": network.lot, "cbvmda:itemExpirationDate": "2030-01-31" },
    });
    const soldAt = from + 2 * minuteMs + windowMs / 2;
    const sold = packEvent(codeOf(serial), "dispensing", soldAt, network.room, { disposition: "dispensed" });
    return (await capture(network, running().url, [commissioned, sold])).status;
  }

  async function answerOf(serial: string): Promise<Answer> {
    const address = `/v1/provenance/${encodeURIComponent(codeOf(serial))}`;
    const response = await fetch(new URL(address, running().url));
    expect(response.status).toBe(200);
    return (await response.json()) as Answer;
  }

  /** The part is missed by name; captures and readings go on; then it comes back, and all is caught up with. */
  async function workWithout(serial: string, from: number): Promise<void> {
    const { url, doors, outside } = running();
    await untilReadiness(url, [503, [part]]);
    expect((await fetch(new URL("/health/live", url))).status).toBe(200);
    const receipted = publishReadings(network, doors, { from, to: from + 3 * minuteMs });
    if (part !== "broker") await receipted;
    expect(await capturePack(serial, from)).toBe(202);
    expect((await answerOf(serial)).cold.state).toBe("NOT_DEMONSTRABLE");
    expect(await readiness(url)).toEqual([503, [part]]);
    await outside[part].restart();
    await untilReadiness(url, [200, []]);
    await receipted;
    const caughtUp = ({ cold, proof }: Answer) =>
      cold.state === "COMPLIANT" && proof.result === "VALID_FINAL";
    expect((await answerWhen(url, codeOf(serial), caughtUp)).state.state).toBe("SOLD");
  }

  it("at the start: the rest works, and it catches up by itself", async () => {
    await startWithout(part);
    await workWithout("START", turn);
  });

  it("later: what was proved is told as far as it can be, the rest works, and it catches up by itself", async () => {
    const { url, outside } = running();
    expect(await readiness(url)).toEqual([200, []]);
    await outside[part].down();
    await untilReadiness(url, [503, [part]]);
    // A verdict is kept for three seconds, so the one of before may be told that long.
    const told = async () => {
      const { cold, proof } = await answerOf("START");
      return { cold: cold.state, proof: proof.result };
    };
    await expect.poll(told, { timeout: 90_000, interval: 500 }).toEqual(answersWithout[part]);
    await workWithout("LATER", turn + 4 * minuteMs);
    await expect.poll(told, { timeout: 90_000 }).toEqual({ cold: "COMPLIANT", proof: "VALID_FINAL" });
  });

  it("ends orderly all the same; every message came to exactly one end", async () => {
    const { env, folder, outside, service } = running();
    const store = await openStore({ databaseUrl: env.DATABASE_URL as string, dataDir: folder });
    const url = env.INFLUX_URL as string;
    await expectOneEndEach(store, {
      readings: openInfluxReadings({ url, version: 1, database: "coldmark" }),
    });
    await store.close();
    await outside[part].down();
    expect(await service.stop()).toBe(0);
    await outside[part].restart();
  });
});
