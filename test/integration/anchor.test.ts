import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "@noble/hashes/sha2.js";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appendToLog } from "#anchor/append-entries.ts";
import { auditSeals } from "#anchor/audit/audit-seals.ts";
import { type AuditRequest, auditEquipment } from "#anchor/audit-equipment.ts";
import { openChain } from "#anchor/chain.ts";
import { deployLog } from "#anchor/deploy.ts";
import { type Anchor, type AnchorParts, startAnchor } from "#anchor/run.ts";
import { createWindowSealer } from "#anchor/seal-windows.ts";
import { keySigner } from "#anchor/signer.ts";
import { accountOf } from "#anchor/transaction.ts";
import type { TrustFile } from "#domain/log/bundle.ts";
import { concatBytes, toBase64, toHex, utf8 } from "#domain/log/bytes.ts";
import { canonicalize } from "#domain/log/canonical.ts";
import { ChainView } from "#domain/log/chain-view.ts";
import { openCheckpoint } from "#domain/log/checkpoint.ts";
import { signEd25519 } from "#domain/log/signature.ts";
import { newestCheckpoint } from "#store/checkpoints.ts";
import type { Store } from "#store/connect.ts";
import { type LogEntry, readEntries } from "#store/entries.ts";
import { markWindowsLate } from "#store/late-windows.ts";
import { queueEntry } from "#store/pending-entries.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";
import { anchorJobs } from "#store/schema/anchor-jobs.ts";
import { entries } from "#store/schema/entries.ts";
import { excursions } from "#store/schema/excursions.ts";
import { inbox } from "#store/schema/inbox.ts";
import { readings as readingsTable } from "#store/schema/readings.ts";
import { seals } from "#store/schema/seals.ts";
import { streamHeads } from "#store/schema/stream-heads.ts";
import {
  anchorParts,
  asIntruder,
  dataFolder,
  fridge,
  fridgeSubject,
  keyOf,
  minuteMs,
  openRecords,
  readingAt,
  receiveWindows,
  registerFridge,
  startMs,
  windowMs,
} from "../support/anchor-network.ts";
import { freePort } from "../support/free-port.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";

const kinds = ["pglite", "postgres"] as const;
const asWorker = { role: "worker" } as const;
const logOf = (store: Store) => store.as(asWorker, (tx) => readEntries(tx, 0, 10_000));
const kindsOf = (rows: readonly LogEntry[]) => rows.map(({ kind }) => kind);
const anvilIn = (dataDir: string) =>
  ({ kind: "anvil", statePath: join(dataDir, "chain", "state.json") }) as const;

describe.each(kinds)("anchoring on %s and anvil", (kind) => {
  let postgres: TestPostgres | null = null;
  let store: Store;
  let anchor: Anchor;
  let parts: AnchorParts;
  let now = startMs + 12 * windowMs + 20_000;
  const dataDir = dataFolder();

  beforeAll(async () => {
    postgres = kind === "postgres" ? await startPostgres() : null;
    store = await openRecords(dataDir, postgres?.url);
    await registerFridge(store);
    await receiveWindows(store, 0, 12);
    parts = anchorParts(store, dataDir, () => now, anvilIn(dataDir));
    anchor = startAnchor(parts);
  });
  afterAll(async () => {
    await anchor.stop();
    await store.close();
    await postgres?.stop();
    rmSync(dataDir, { recursive: true });
  });

  const trustFile = () => JSON.parse(readFileSync(join(dataDir, "trust.json"), "utf8")) as TrustFile;
  const view = () =>
    new ChainView(
      anchor.rpc() as NonNullable<ReturnType<Anchor["rpc"]>>,
      trustFile().contract,
      trustFile().logId,
    );
  const audit = (more: Partial<AuditRequest> = {}) =>
    auditEquipment({
      ...{ store, readings: parts.readings, rpc: anchor.rpc(), trust: anchor.trust() },
      ...{
        exportDir: join(dataDir, "exports"),
        mirrorDir: parts.config.mirrorDir,
        ...{ now, sealGraceMs: parts.config.sealGraceMs, anchorMaxAgeMs: parts.config.anchorMaxAgeMs },
        equipment: fridge.id,
        from: startMs,
        to: startMs + 24 * 12 * windowMs,
        ...more,
      },
    });
  const kindsFound = async (more?: Partial<AuditRequest>) => [
    ...new Set((await audit(more)).findings.map((f) => f.kind)),
  ];

  it("seals every due window, closes the tree with heads, and brings its root on chain", async () => {
    await until(async () => (await logOf(store)).filter(({ kind: k }) => k === "segment").length === 12);
    expect(await anchor.anchorNow()).toBe(true);
    const log = await logOf(store);
    expect(kindsOf(log)).toEqual(expect.arrayContaining(["equipment", "key", "segment", "heads"]));
    expect(log.at(-1)?.kind).toBe("heads");
    const head = await view().head("finalized");
    const checkpoint = await store.as(asWorker, newestCheckpoint);
    expect(head.size).toBe(log.length);
    expect(head.root).toBe(toHex(checkpoint?.root ?? new Uint8Array()));
    expect(openCheckpoint(checkpoint?.note ?? "", [...trustFile().logKeys])).toMatchObject({
      size: BigInt(log.length),
    });
    expect(anchor.status()).toMatchObject({
      chain: "up",
      anchoredSize: log.length,
      finalSize: log.length,
      asOf: head.anchoredAt,
    });
    expect((await view().codeHash()) === trustFile().codeHash).toBe(true);
  });

  it("says in a window what its readings and messages are", async () => {
    const window = (await logOf(store)).find(
      (row) => row.kind === "segment" && row.fromMs === startMs + windowMs,
    );
    const body = JSON.parse(window?.body ?? "{}");
    expect(body.points).toEqual([
      expect.objectContaining({
        point: fridge.point,
        n: 5,
        min: 4_000,
        max: 5_500,
        faults: 0,
        longestGapMs: minuteMs,
        lagMaxMs: 500,
      }),
    ]);
    expect(body.sources).toEqual([
      expect.objectContaining({ kid: null, boot: 1, first: 2, last: 2, missing: [] }),
    ]);
    expect(body.roster).toBe(
      toHex((await logOf(store)).find((row) => row.kind === "equipment")?.leaf ?? new Uint8Array()),
    );
  });

  it("never anchors nothing, and anchors nothing again after a restart", async () => {
    const before = await store.as(asWorker, (tx) => tx.select().from(anchorJobs));
    await anchor.anchorNow();
    await anchor.stop();
    anchor = startAnchor(parts);
    expect(await anchor.anchorNow()).toBe(true);
    expect(await store.as(asWorker, (tx) => tx.select().from(anchorJobs))).toEqual(before);
  });

  it("seals a window again when readings come late, and tells the log of an excursion at once", async () => {
    const late = { ...readingAt(2, 1), ts: startMs + 2 * minuteMs + 30_000 };
    await parts.readings.write([late]);
    const touched = {
      tenant: fridge.tenant,
      equipmentId: fridge.id,
      fromMs: startMs,
      toMs: startMs + windowMs,
    };
    await store.as(asWorker, async (tx) => {
      await markWindowsLate(tx, [touched]);
      await tx.insert(excursions).values({
        ...{
          tenantId: fridge.tenant,
          equipmentId: fridge.id,
          point: fridge.point,
          fromTs: startMs,
          direction: "high",
        },
        ...{ toTs: null, extremeMilliC: 8_500, limitMilliC: 8_000, detectedAt: now, changedAt: now },
      });
    });
    await until(async () => kindsOf(await logOf(store)).includes("excursion"));
    const planned = () => store.as(asWorker, newestCheckpoint);
    const size = (await planned())?.size ?? 0;
    now += 30_000;
    await until(async () => ((await planned())?.size ?? 0) > size);
    await until(async () => kindsOf(await logOf(store)).includes("late"));
    expect(await anchor.anchorNow()).toBe(true);
    const version = (await logOf(store)).find((row) => row.kind === "late");
    expect(JSON.parse(version?.body ?? "{}").points[0]).toMatchObject({ n: 6, longestGapMs: minuteMs });
  });

  it("waits with sealing while old messages are not projected", async () => {
    await asIntruder(store, (tx) =>
      tx.execute(sql`update cursors set position = 0 where name = 'projector'`),
    );
    now += windowMs;
    const sealer = createWindowSealer(parts);
    expect(await sealer.sealDue()).toBe(false);
    await asIntruder(store, (tx) =>
      tx.execute(sql`update cursors set position = 1000000 where name = 'projector'`),
    );
    await until(async () => kindsOf(await logOf(store)).filter((k) => k === "segment").length >= 13);
  });

  it("keeps the opening of a day's seal when the chain's day turns", async () => {
    await anchor.anchorNow();
    const last = await view().head("latest");
    await anchor.rpc()?.("evm_increaseTime", [86_400]);
    await store.as(asWorker, (tx) =>
      queueEntry(tx, { subject: "urn:test", kind: "note", from: 1, to: 1, body: {} }, now),
    );
    expect(await anchor.anchorNow()).toBe(true);
    const kept = await store.as(asWorker, (tx) => tx.select().from(seals));
    expect(kept.map(({ root, ...rest }) => ({ ...rest, root: toHex(root) }))).toEqual([
      {
        day: Math.floor(last.anchoredAt / 86_400_000),
        size: last.size,
        root: last.root,
        anchoredAt: last.anchoredAt,
      },
    ]);
  });

  describe("the audit", () => {
    it("finds nothing where nothing was changed", async () => {
      expect(await audit()).toEqual({ ok: true, findings: [] });
      expect(await audit({ equipment: fridge.label })).toMatchObject({ ok: true });
      await expect(audit({ equipment: "nowhere" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    });

    it("finds a day's seal whose opening is not the contract's", async () => {
      const chain = { rpc: anchor.rpc(), trust: anchor.trust() };
      const { findings, roots } = await auditSeals(store, chain);
      expect([findings, roots.length]).toEqual([[], 1]);
      const [kept] = await asIntruder(store, (tx) => tx.select().from(seals));
      const forge = (size: number) => asIntruder(store, (tx) => tx.update(seals).set({ size }));
      await forge((kept?.size ?? 0) + 1);
      expect(await auditSeals(store, chain)).toMatchObject({
        findings: [{ kind: "SEAL_DIFFERS" }],
        roots: [],
      });
      await forge(kept?.size ?? 0);
      expect((await auditSeals(store, chain)).findings).toEqual([]);
    });

    it("finds a day's seal that nothing in the records opens, but none that isn't kept yet", async () => {
      const chain = { rpc: anchor.rpc(), trust: anchor.trust() };
      const kept = await asIntruder(store, (tx) => tx.delete(seals).returning());
      expect(await auditSeals(store, chain)).toMatchObject({
        findings: [],
        roots: [{ size: kept[0]?.size }],
      });
      const anchoredAt = (at: number) =>
        asIntruder(store, (tx) =>
          tx
            .update(anchorJobs)
            .set({ anchoredAt: at })
            .where(eq(anchorJobs.newSize, kept[0]?.size ?? 0)),
        );
      await anchoredAt(0);
      const { findings } = await auditSeals(store, chain);
      await anchoredAt(kept[0]?.anchoredAt ?? 0);
      await asIntruder(store, (tx) => tx.insert(seals).values(kept));
      expect(findings).toMatchObject([
        { kind: "SEAL_DIFFERS", detail: expect.stringContaining("have no opening of it") },
      ]);
    });

    const inWindow = (window: number) => ({ equipment: fridge.id, window: startMs + window * windowMs });
    const thirdReading = sql`point = ${fridge.point} and ts = ${startMs + 3 * windowMs + minuteMs}`;

    it("names the window of a changed, a removed and an added reading", async () => {
      const change = (t: number) =>
        asIntruder(store, (tx) => tx.update(readingsTable).set({ tMilliC: t }).where(thirdReading));
      const [kept] = await asIntruder(store, (tx) => tx.select().from(readingsTable).where(thirdReading));
      await change((kept?.tMilliC ?? 0) + 1);
      expect((await audit()).findings).toEqual([
        expect.objectContaining({ kind: "READING_CHANGED", ...inWindow(3) }),
      ]);
      await asIntruder(store, (tx) => tx.delete(readingsTable).where(thirdReading));
      expect((await audit()).findings).toEqual([
        expect.objectContaining({ kind: "READING_MISSING", ...inWindow(3) }),
      ]);
      await asIntruder(store, (tx) => tx.insert(readingsTable).values(kept as NonNullable<typeof kept>));
      const added = { ...readingAt(20, 1), ts: startMs + 20 * minuteMs + 1 };
      await openPostgresReadings(store).write([added]);
      expect((await audit()).findings).toEqual([
        expect.objectContaining({ kind: "READING_ADDED", ...inWindow(4) }),
      ]);
      await asIntruder(store, (tx) => tx.delete(readingsTable).where(eq(readingsTable.ts, added.ts)));
      expect(await audit()).toMatchObject({ ok: true });
    });

    it("names the window of an entry with one byte changed", async () => {
      const row = (await logOf(store)).find(
        (e) => e.kind === "segment" && e.fromMs === startMs + 5 * windowMs,
      ) as LogEntry;
      const forge = (body: string | null) =>
        asIntruder(store, (tx) => tx.update(entries).set({ body }).where(eq(entries.index, row.index)));
      await forge((row.body ?? "").replace('"n":5', '"n":6'));
      expect((await audit()).findings).toContainEqual(
        expect.objectContaining({ kind: "ENTRY_CHANGED", ...inWindow(5) }),
      );
      await forge(row.body);
      expect(await audit()).toMatchObject({ ok: true });
    });

    it("names the window of an entry whose content was erased, as no entry says so", async () => {
      const erased = sql`kind = 'segment' and from_ms = ${startMs + 5 * windowMs}`;
      const [row] = await asIntruder(store, (tx) => tx.select().from(entries).where(erased));
      await asIntruder(store, (tx) => tx.update(entries).set({ body: null }).where(erased));
      const { findings } = await audit();
      await asIntruder(store, (tx) => tx.update(entries).set({ body: row?.body }).where(erased));
      expect(findings).toEqual([
        expect.objectContaining({ kind: "CONTENT_ERASED", ...inWindow(5) }),
        expect.objectContaining({ kind: "COPY_DIFFERS", detail: expect.stringContaining("records lost") }),
      ]);
      expect(await audit()).toMatchObject({ ok: true });
    });

    it("asks only the chain and the contract that the trust file names, and misses what was final there", async () => {
      const trust = anchor.trust() as TrustFile;
      const word = `0x${"1".repeat(64)}`;
      const found = async (other: Partial<TrustFile>) =>
        (await audit({ trust: { ...trust, ...other } })).findings;
      expect(await found({ chainId: 1 })).toMatchObject([{ kind: "CHAIN_DIFFERS" }]);
      expect(await found({ codeHash: word })).toMatchObject([{ kind: "CHAIN_DIFFERS" }]);
      expect(await found({ logId: word })).toMatchObject([
        {
          kind: "ROOT_DIFFERS",
          detail: expect.stringMatching(/^the chain holds 0 entries of the log, and \d+ were/),
        },
        { kind: "SEAL_DIFFERS" },
      ]);
    });

    it("names the stream that an entry was taken out of", async () => {
      const row = (await logOf(store)).find(
        (e) => e.kind === "segment" && e.fromMs === startMs + 6 * windowMs,
      ) as LogEntry;
      await asIntruder(store, (tx) => tx.delete(entries).where(eq(entries.index, row.index)));
      const { findings } = await audit();
      expect(findings).toContainEqual(expect.objectContaining({ kind: "SEQUENCE_BROKEN", ...inWindow(6) }));
      await asIntruder(store, (tx) => tx.insert(entries).values(row));
      expect(await audit()).toMatchObject({ ok: true });
    });

    it("finds a message that was changed after it was received", async () => {
      const forge = (text: string) =>
        asIntruder(store, (tx) =>
          tx
            .update(inbox)
            .set({ payload: utf8(text) })
            .where(eq(inbox.id, 1)),
        );
      await forge("message x");
      expect(await kindsFound()).toEqual(["INBOX_CHANGED"]);
      await forge("message 0");
      expect(await audit()).toMatchObject({ ok: true });
    });

    it("finds a receipt that the records don't keep, and refuses what is no receipt of ours", async () => {
      const hash = [1, 2, 3].reduce(
        (h, seq) => sha256(concatBytes(h, sha256(utf8(`message ${seq - 1}`)))),
        new Uint8Array(32),
      );
      const receipt = (upTo: number) =>
        signedReceipt({
          v: 1,
          boot: 1,
          upTo,
          also: [[5, 6]],
          hash: toHex(hash),
          time: now,
          kid: keyOf(2).kid,
        });
      expect(await audit({ receipts: `${receipt(3)}\n` })).toMatchObject({ ok: true });
      expect(await kindsFound({ receipts: receipt(4) })).toEqual(["RECEIPT_NOT_KEPT"]);
      const forged = receipt(3).replace('"upTo":3', '"upTo":2');
      await expect(audit({ receipts: forged })).rejects.toMatchObject({ code: "BAD_REQUEST" });
    });

    it("refuses a stream that was rebuilt without its excursion and appended again, even once it is on chain", async () => {
      const stream = (await logOf(store)).filter((row) => row.subject === fridgeSubject);
      const rebuilt = stream.filter((row) => row.kind !== "excursion");
      await asIntruder(store, async (tx) => {
        await tx.execute(sql`alter table entries drop constraint entries_stream_seq_unique`);
        await tx.delete(streamHeads).where(eq(streamHeads.subject, fridgeSubject));
        await appendToLog(
          tx,
          rebuilt.map((row) => ({ ...row, body: row.body ?? "" })),
          now,
        );
      });
      expect(await anchor.anchorNow()).toBe(true);
      const { findings } = await audit();
      expect(findings).toContainEqual(
        expect.objectContaining({ kind: "SEQUENCE_BROKEN", equipment: fridge.id }),
      );
      expect(findings.map((finding) => finding.kind)).toContain("HEADS_DO_NOT_FOLLOW");
    });
  });

  it("deploys and anchors everything again when the embedded chain is gone", async () => {
    await anchor.stop();
    rmSync(join(dataDir, "chain"), { recursive: true });
    anchor = startAnchor(parts);
    expect(await anchor.anchorNow()).toBe(true);
    expect((await view().head("finalized")).size).toBe((await logOf(store)).length);
  });
});

describe("a chain that somebody else runs", () => {
  const publisherKey = `0x${"42".repeat(32)}`;
  const dataDir = dataFolder();
  const now = () => startMs + windowMs;
  let stores: Store[] = [];

  afterAll(async () => {
    for (const store of stores) await store.close();
    stores = [];
    rmSync(dataDir, { recursive: true });
  });
  const records = async (name: string) => {
    const store = await openRecords(join(dataDir, name));
    stores.push(store);
    await store.as(asWorker, (tx) =>
      queueEntry(tx, { subject: "urn:test", kind: "note", from: 1, to: 1, body: { name } }, now()),
    );
    return store;
  };

  it("may be down at first: everything else goes on and it is caught up with; a foreign head is a FORK", async () => {
    const port = await freePort();
    const settings = {
      kind: "outside",
      rpcUrls: [`http://127.0.0.1:${port}`],
      chainId: 31_337,
      finality: "immediate",
    } as const;
    const account = accountOf(publisherKey);
    const contract = await deployedAt(join(dataDir, "chain.json"), port, account);
    const start = async (name: string) => {
      const environment = {
        CHAIN_RPC_URL: settings.rpcUrls[0],
        ANCHOR_KEY: publisherKey,
        CONTRACT_ADDRESS: contract,
      };
      const store = await records(name);
      return {
        store,
        anchor: startAnchor(anchorParts(store, join(dataDir, name), now, settings, environment)),
      };
    };
    const ours = await start("ours");
    await ours.anchor.anchorNow();
    expect(ours.anchor.status()).toMatchObject({ chain: "down", anchoredSize: null });
    expect(kindsOf(await logOf(ours.store))).toEqual(["note", "heads"]);

    const chain = await openChain({ kind: "anvil", statePath: join(dataDir, "chain.json"), port });
    expect(await ours.anchor.anchorNow()).toBe(true);
    expect(ours.anchor.status()).toMatchObject({ chain: "up", finalSize: 2 });
    expect(existsSync(join(dataDir, "ours", "trust.json"))).toBe(true);

    const other = await start("other");
    await other.anchor.anchorNow();
    expect(other.anchor.status()).toMatchObject({
      chain: "fork",
      detail: expect.stringContaining("another root than ours at size 2"),
    });
    await Promise.all([ours.anchor.stop(), other.anchor.stop()]);
    await chain.stop();
  });
});

/** Deploys the contract on an anvil whose state stays in a file, and stops it. */
async function deployedAt(statePath: string, port: number, publisher: string): Promise<string> {
  const chain = await openChain({ kind: "anvil", statePath, port });
  await chain.rpc("anvil_setBalance", [publisher, "0x3635c9adc5dea00000"]);
  const log = { origin: "coldmark.local/log", publisher, admin: publisher };
  const { contract } = await deployLog(chain, keySigner(chain.fundedKey as string), log);
  await chain.stop();
  return contract;
}

function signedReceipt(receipt: Record<string, unknown>): string {
  const zero = new Uint8Array(1);
  const topic = utf8(`coldmark/v1/${fridge.gateway}/receipt`);
  const signed = concatBytes(utf8("coldmark/receipt/1"), zero, topic, zero, utf8(canonicalize(receipt)));
  return JSON.stringify({ ...receipt, sig: toBase64(signEd25519(keyOf(2).privateKey, signed)) });
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  await expect.poll(holds, { timeout: 60_000, interval: 100 }).toBe(true);
}
