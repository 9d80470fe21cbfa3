/** What an operator can do with the database and the log's key before a window is sealed, or long after: played on real records. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Bundle } from "#domain/log/bundle.ts";
import { type Deployment, deploy } from "../support/deployment.ts";
import { watcher } from "../support/mosquitto.ts";
import { type Operator, takeOver } from "../support/operator.ts";
import { smallNetwork } from "../support/small-network.ts";
import { capture, made, publishReadings, sold } from "../support/small-scenario.ts";
import { audit, bundleText, coldOf as coldOfWith, verify } from "../support/stranger.ts";

const minuteMs = 60_000;
const windowMs = 10 * minuteMs;
/** Six windows of ten minutes; a message of 60 readings is two and a half, so that a hole lies inside a window. */
const since = (Math.floor(Date.now() / windowMs) - 9) * windowMs;
const until = since + 6 * windowMs;
const messages = 24;
/** In the third message of the fourth window. */
const droppedAt = since + 3 * windowMs + 6 * minuteMs;
const network = smallNetwork(since);
const packOf = (serial: string) => `https://id.gs1.org/01/${network.gtin}/21/${serial}`;
const [before, beyond] = [packOf("SOLDBEFORE"), packOf("SOLDBEYOND")];
const sealedFor = { timeout: 40_000 };

const day = "86400000";
const unhurried = {
  ...{ SEGMENT_MS: String(windowMs), SEGMENT_MOVING_MS: String(windowMs) },
  ...{ SEAL_GRACE_MS: day, ANCHOR_MAX_AGE_MS: day, ANCHOR_URGENT_MS: day },
};
const hurried = { SEAL_GRACE_MS: "1000", ANCHOR_MAX_AGE_MS: "1000", ANCHOR_URGENT_MS: "500" };

let deployment: Deployment;
let operator: Operator;
let receipts: string;
let dropped: number;
/** What `audit` said with the gateway's receipts before anything was taken away. */
let untouched: Awaited<ReturnType<typeof audit>>;

/** The readings of six windows, and the receipts that their gateway was given, one a line. */
async function publishAndKeepReceipts(): Promise<string> {
  const listener = await connectAsync(deployment.doors.mqttUrl, watcher);
  const kept: string[] = [];
  listener.on("message", (_topic, payload) => kept.push(payload.toString("utf8")));
  await listener.subscribeAsync(`coldmark/v1/${network.gateway.id}/receipt`, { qos: 1 });
  await publishReadings(network, deployment.doors, { from: since, to: until });
  const upTo = () => Math.max(0, ...kept.map((text) => (JSON.parse(text) as { upTo: number }).upTo));
  await vi.waitFor(() => expect(upTo()).toBe(messages), 10_000);
  await listener.endAsync();
  return kept.join("\n");
}

/** All readings that were receipted are in the readings store too. */
async function expectProjected(): Promise<void> {
  const text = "select position >= (select max(id) from inbox) as done from cursors where name = 'projector'";
  expect(await operator.sql(text)).toEqual([{ done: true }]);
}

const auditReceipts = () => {
  const file = join(deployment.folder, "receipts.jsonl");
  writeFileSync(file, receipts);
  return audit(deployment, { from: since, to: until, more: ["--receipts", file] });
};

async function tell(events: readonly object[]): Promise<void> {
  const response = await capture(network, deployment.service.url, events);
  expect([response.status, await response.text()]).toEqual([202, expect.anything()]);
}

const coldOf = (code: string) => coldOfWith(deployment, code);

beforeAll(async () => {
  // Nothing is sealed and nothing anchored until the message is gone.
  deployment = await deploy("outside", network, unhurried);
  operator = await takeOver(deployment);
  receipts = await publishAndKeepReceipts();
  await vi.waitFor(expectProjected, 30_000);
  untouched = await auditReceipts();
  await deployment.service.stop();
  const [sensor] = await operator.sql<{ point: string }>("select point from sensors where id = 't1'");
  dropped = await operator.dropMessage(sensor?.point ?? "", droppedAt);
  Object.assign(deployment.env, hurried);
  await deployment.restart();
  await tell([
    made(network, [before, beyond], since),
    sold(network, before, since + 2 * windowMs),
    sold(network, beyond, since + 5 * windowMs),
  ]);
});
afterAll(async () => {
  await operator?.stop();
  await deployment?.stop();
});

describe("a reading dropped before sealing", () => {
  it("with its message and its number leaves a hole: the pack that lay there is NOT_DEMONSTRABLE", async () => {
    await expect.poll(() => coldOf(beyond), sealedFor).toBe("VALID_FINAL NOT_DEMONSTRABLE (SEQUENCE_HOLE)");
    await expect.poll(() => coldOf(before), sealedFor).toBe("VALID_FINAL COMPLIANT (WITHIN_LIMITS)");
  });

  it("is said in the window itself, and in no other", async () => {
    const rows = await operator.sql<{ from_ms: string; body: string }>(
      "select from_ms, body from entries where kind in ('segment', 'late') and from_ms between $1 and $2 order by from_ms",
      [since, until - 1],
    );
    const missing = rows.map(({ from_ms, body }) => {
      const { sources } = JSON.parse(body) as { sources: { missing: [number, number][] }[] };
      return [Number(from_ms), sources.flatMap((source) => source.missing)];
    });
    const whole = [0, 1, 2, 4, 5].map((n) => [since + n * windowMs, []]);
    const holed = [since + 3 * windowMs, [[dropped, dropped]]];
    expect(missing).toEqual([...whole.slice(0, 3), holed, ...whole.slice(3)]);
  });

  it("is missed by the receipts that the gateway kept; audit without them agrees", async () => {
    expect(untouched).toEqual({ exit: 0, kinds: ["AGREES"] });
    expect(await audit(deployment, { from: since, to: until })).toEqual({ exit: 0, kinds: ["AGREES"] });
    expect(await auditReceipts()).toEqual({ exit: 1, kinds: ["RECEIPT_NOT_KEPT", "DIFFERS"] });
  });
});

describe("a second stream for a code", () => {
  it("without its sale is FORK_DETECTED once a day's seal holds the first", async () => {
    await operator.moveTime(24 * 3_600);
    await tell([made(network, [packOf("NEXTDAY")], Date.now())]);
    const daysOf = async () => (JSON.parse(await bundleText(deployment, before)) as Bundle).days.length;
    await expect.poll(daysOf, sealedFor).toBeGreaterThan(0);
    await expect.poll(() => coldOf(before), sealedFor).toMatch(/^VALID_FINAL /);

    const rows = await operator.sql<{ kind: string; from_ms: string; to_ms: string; body: string }>(
      "select kind, from_ms, to_ms, body from entries where subject = $1 order by seq",
      [before],
    );
    const unsold = rows.filter(({ body }) => !body.includes('"dispensing"'));
    expect([rows.length, unsold.length]).toEqual([2, 1]);
    await operator.rebuildStream(
      before,
      unsold.map(({ kind, from_ms, to_ms, body }) => {
        return { subject: before, kind, fromMs: Number(from_ms), toMs: Number(to_ms), body };
      }),
    );
    await tell([made(network, [packOf("AFTERWARDS")], Date.now())]);
    await expect
      .poll(() => verify(deployment, before), sealedFor)
      .toMatchObject({ exit: 1, result: "FORK_DETECTED" });
    expect((await verify(deployment, beyond)).result).toBe("VALID_FINAL"); // another code's stream is as it was
  });
});
