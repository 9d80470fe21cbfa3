import { ed25519 } from "@noble/curves/ed25519.js";
import { and, asc, eq, like } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Gateway, startGateway } from "#demo/gateway.ts";
import { listSource } from "#demo/reading-source.ts";
import { fromBase64 } from "#domain/log/bytes.ts";
import { commandToSign } from "#ingest/command.ts";
import { settleGaps } from "#ingest/settle-gaps.ts";
import type { Store } from "#store/connect.ts";
import { trackMessages } from "#store/gateway-messages.ts";
import { saveProgress } from "#store/gateway-progress.ts";
import { findings } from "#store/schema/findings.ts";
import { gateways } from "#store/schema/gateways.ts";
import type { HoledBoot } from "#store/sequence-gaps.ts";
import { type OpenedStore, openOnPglite, openOnPostgres } from "../support/both-stores.ts";
import { type DroppingLine, openDroppingLine } from "../support/dropping-line.ts";
import { fridgeOf, registerGateways } from "../support/gateway-network.ts";
import {
  fridgeBehind,
  hangSensors,
  type MakerNetwork,
  makeDevice,
  makerReceiptKey,
  startMakerNetwork,
} from "../support/maker-network.ts";

const worker = { role: "worker" } as const;
const minuteMs = 60_000;

function gapFindings(store: Store, tenant: string) {
  return store.as({ role: "app", tenant }, (tx) =>
    tx
      .select()
      .from(findings)
      .where(and(eq(findings.tenantId, tenant), like(findings.kind, "SEQ_GAP%")))
      .orderBy(asc(findings.id)),
  );
}

describe.each([
  ["PGlite", openOnPglite],
  ["PostgreSQL", openOnPostgres],
])("holes in sequence numbers: %s", (_name, open) => {
  const tenant = "gaps";
  let house: OpenedStore;
  let store: Store;
  beforeAll(async () => {
    house = await open();
    store = house.store;
    await registerGateways(store, tenant, [{ id: "gw-a" }, { id: "gw-b" }, { id: "gw-replay" }]);
    await registerGateways(store, tenant, [{ id: "gw-gone", revokedAt: 1 }]);
    await store.as({ role: "app", tenant }, (tx) =>
      tx.update(gateways).set({ kind: "replay" }).where(eq(gateways.id, "gw-replay")),
    );
  });
  afterAll(() => house?.stop());

  /** The gateway's boot as the tracker would leave it once these messages came, the newest at `at`. */
  const came = (gatewayId: string, boot: number, upTo: number, also: [number, number][], at: number) =>
    store.as(worker, async (tx) => {
      const row = { tenantId: tenant, gatewayId, boot, kid: null };
      const received = { inboxId: 1, sha256: new Uint8Array(32), receivedAt: at };
      await trackMessages(tx, [[...new Set(also.flat())].map((seq) => ({ ...row, seq, ...received }))]);
      const rest = {
        hash: new Uint8Array(32),
        firstReceivedAt: 0,
        lastReceivedAt: at,
        receiptedAt: null,
        skewMs: null,
      };
      await saveProgress(tx, [{ ...row, upTo, also, ...rest }]);
    });
  const look = (now: number) =>
    store.as(worker, (tx) =>
      settleGaps(tx, null, { now, gapAfterMs: 10 * minuteMs, commandPauseMs: 5 * minuteMs }),
    );
  const commandsAt = async (now: number) =>
    (await look(now)).commands.map(({ gateway, counter, boot, ranges }) => [gateway, counter, boot, ranges]);
  const told = async () =>
    (await gapFindings(store, tenant)).map(({ kind, subject, detail }) => {
      const { boot, from, to } = detail as { boot: number; from: number; to: number };
      return [kind, subject, boot, from, to];
    });

  it("count after ten minutes, once, and are asked for less and less often until they are filled", async () => {
    const start = 1_000_000_000;
    await came("gw-a", 3, 4, [[8, 9]], start);
    expect(await commandsAt(start + 10 * minuteMs - 1)).toEqual([]);
    expect(await told()).toEqual([]);
    const found = start + 10 * minuteMs;
    expect(await commandsAt(found)).toEqual([["gw-a", 1, 3, [[5, 7]]]]);
    expect(await told()).toEqual([["SEQ_GAP", fridgeOf("gw-a"), 3, 5, 7]]);
    const minutesOfCommands: number[] = [];
    for (let minute = 1; minute <= 40; minute += 1)
      if ((await commandsAt(found + minute * minuteMs)).length > 0) minutesOfCommands.push(minute);
    expect(minutesOfCommands).toEqual([5, 15, 35]);
    await came("gw-a", 3, 5, [[7, 9]], found + 41 * minuteMs);
    expect(await commandsAt(found + 75 * minuteMs)).toEqual([["gw-a", 5, 3, [[6, 6]]]]);
    expect(await told()).toHaveLength(1);
    await came("gw-a", 3, 9, [], found + 76 * minuteMs);
    expect(await commandsAt(found + 200 * minuteMs)).toEqual([]);
    expect(await told()).toEqual([
      ["SEQ_GAP", fridgeOf("gw-a"), 3, 5, 7],
      ["SEQ_GAP_FILLED", fridgeOf("gw-a"), 3, 5, 7],
    ]);
    expect(await commandsAt(found + 300 * minuteMs)).toEqual([]);
    expect(await told()).toHaveLength(2);
  });

  it("count in a boot that ended too; each boot has its turn, the newest first", async () => {
    const start = 2_000_000_000;
    await came("gw-b", 1, 2, [[4, 4]], start);
    await came("gw-b", 2, 0, [[2, 6]], start);
    expect(await commandsAt(start + 11 * minuteMs)).toEqual([["gw-b", 1, 2, [[1, 1]]]]);
    expect(await commandsAt(start + 17 * minuteMs)).toEqual([["gw-b", 2, 1, [[3, 3]]]]);
    expect((await told()).slice(2)).toEqual([
      ["SEQ_GAP", fridgeOf("gw-b"), 1, 3, 3],
      ["SEQ_GAP", fridgeOf("gw-b"), 2, 1, 1],
    ]);
    await came("gw-b", 1, 4, [], start + 18 * minuteMs);
    await came("gw-b", 2, 6, [], start + 18 * minuteMs);
    expect(await commandsAt(start + 60 * minuteMs)).toEqual([]);
  });

  it("of gateways that can't obey are told and not asked for", async () => {
    const start = 3_000_000_000;
    await came("gw-replay", 1, 1, [[3, 3]], start);
    await came("gw-gone", 1, 1, [[3, 3]], start);
    const before = (await told()).length;
    expect(await commandsAt(start + 11 * minuteMs)).toEqual([]);
    const subjects = (await told()).slice(before).map(([, subject]) => subject);
    expect(subjects).toEqual([fridgeOf("gw-gone"), fridgeOf("gw-replay")]);
  });

  it("are found once and asked for once when two processes look at the same time", async () => {
    const start = 4_000_000_000;
    await came("gw-a", 9, 1, [[5, 5]], start);
    const before = (await told()).length;
    const looks = await Promise.all([look(start + 11 * minuteMs), look(start + 11 * minuteMs)]);
    expect(looks.flatMap(({ commands }) => commands)).toMatchObject([{ gateway: "gw-a", ranges: [[2, 4]] }]);
    expect((await told()).slice(before)).toHaveLength(1);
  });

  it("are found page by page in as many boots as there are", async () => {
    const start = 5_000_000_000;
    for (let boot = 1_001; boot <= 1_450; boot += 1) await came("gw-b", boot, 1, [[3, 3]], start);
    const before = (await told()).length;
    const terms = { now: start + 11 * minuteMs, gapAfterMs: 10 * minuteMs, commandPauseMs: 5 * minuteMs };
    const pageFrom = (after: HoledBoot | null) => store.as(worker, (tx) => settleGaps(tx, after, terms));
    const pages: Awaited<ReturnType<typeof pageFrom>>[] = [];
    do pages.push(await pageFrom(pages.at(-1)?.last ?? null));
    while (pages.at(-1)?.last !== null);
    expect((await told()).length - before).toBe(450);
    expect(pages).toHaveLength(3);
    const asked = pages.flatMap(({ commands }) => commands).map(({ gateway }) => gateway);
    expect(asked).toEqual(["gw-a", "gw-b"]);
  });
});

describe("a message that the broker lost", () => {
  let house: OpenedStore;
  let network: MakerNetwork;
  let line: DroppingLine;
  let gateway: Gateway;
  beforeAll(async () => {
    house = await openOnPglite();
    network = await startMakerNetwork(house.store, { GAP_AFTER_MS: "1000" });
  });
  afterAll(async () => {
    await gateway?.stop();
    await line?.stop();
    await network?.stop();
    await house?.stop();
  });

  it("becomes a finding, is asked for by a signed command, sent again, and the finding is closed", async () => {
    const device = makeDevice("LINE-1");
    const by = (who: "maker" | "shop") => ({ Authorization: `Bearer ${network.keys[who]}` });
    await network.ask("POST", "/v1/devices", { devices: [device.upload] }, by("maker"));
    const claim = { sticker: device.sticker, site: "till-side" };
    const response = await network.ask("POST", "/v1/gateways/claim", claim, by("shop"));
    const { mqtt } = (await response.json()) as { mqtt: { username: string; password: string } };
    const id = mqtt.username;
    await hangSensors(network, [id]);
    let published = 0;
    line = await openDroppingLine(network.ingest.broker.url, ({ topic }) => {
      if (!/\/(data|hist)$/.test(topic)) return false;
      published += 1;
      return published === 3;
    });
    const now = Date.now();
    const publicKey = ed25519.getPublicKey(device.privateKey);
    gateway = startGateway({
      ...{ id, password: mqtt.password, mqttUrl: line.url, receiptKeys: [makerReceiptKey] },
      key: { kid: device.kid, privateKey: device.privateKey, publicKey },
      source: listSource([1, 2, 3, 4, 5, 6].map((n) => ({ s: "t1", ts: now - 10_000 + n, t: 5 }))),
      ...{ clock: Date.now, boot: 7, readingsPerMessage: 1, lanes: "live", say: () => undefined },
    });
    const startedAt = Date.now();
    await gateway.drained(Number.POSITIVE_INFINITY);
    // By itself it would send again after 15 s without any receipt, 60 s where others were receipted.
    expect(Date.now() - startedAt).toBeLessThan(12_000);
    expect(line.dropped).toHaveLength(1);
    const heard = line.down.filter(({ topic }) => topic === `coldmark/v1/${id}/command`);
    const [command] = heard.map(({ payload }) => JSON.parse(Buffer.from(payload).toString("utf8")));
    expect(command).toMatchObject({ v: 1, counter: 1, command: "resend", boot: 7, ranges: [[3, 3]] });
    const { sig, ...unsigned } = command as Record<string, unknown>;
    const signed = commandToSign(`coldmark/v1/${id}/command`, unsigned);
    expect(ed25519.verify(fromBase64(String(sig)), signed, makerReceiptKey.publicKey)).toBe(true);
    await expect
      .poll(() => gapFindings(house.store, "shop"), { timeout: 10_000, interval: 50 })
      .toMatchObject([
        { kind: "SEQ_GAP", subject: fridgeBehind(id), detail: { gateway: id, boot: 7, from: 3, to: 3 } },
        { kind: "SEQ_GAP_FILLED", subject: fridgeBehind(id), detail: { boot: 7, from: 3, to: 3 } },
      ]);
  });
});
