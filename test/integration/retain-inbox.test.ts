import { readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eq, isNull, sql } from "drizzle-orm";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditEquipment } from "#anchor/audit-equipment.ts";
import { type Anchor, type AnchorParts, startAnchor } from "#anchor/run.ts";
import { utf8 } from "#domain/log/bytes.ts";
import { InboxRetention } from "#jobs/retain-inbox.ts";
import { readInboxMessages } from "#services/inbox/read-inbox.ts";
import type { Store } from "#store/connect.ts";
import { topicsOf } from "#store/dead-letters.ts";
import { readEntries } from "#store/entries.ts";
import type { InboxMessage } from "#store/inbox.ts";
import { allInboxDays, idsPerPart } from "#store/inbox-days.ts";
import { cursors } from "#store/schema/cursors.ts";
import { gatewayProgress } from "#store/schema/gateway-progress.ts";
import { inbox } from "#store/schema/inbox.ts";
import { pendingEntries } from "#store/schema/pending-entries.ts";
import { windows } from "#store/schema/windows.ts";
import {
  anchorParts,
  asIntruder,
  dataFolder,
  fridge,
  openRecords,
  receiveWindows,
  registerFridge,
  startMs,
  windowMs,
} from "../support/anchor-network.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";

const dayMs = 86_400_000;
const startDay = Math.floor(startMs / dayMs);
const asWorker = { role: "worker" } as const;

/** A process that dies at its n-th transaction: with it, or just after it was committed. */
function dyingStore(store: Store, diesAt: number, how: "rolled back" | "committed") {
  let calls = 0;
  const as: Store["as"] = async (who, work) => {
    calls += 1;
    if (calls > diesAt) throw new Error("dead");
    const isLast = calls === diesAt;
    const result = await store.as(who, async (tx) => {
      const done = await work(tx);
      if (isLast && how === "rolled back") throw new Error("killed");
      return done;
    });
    if (isLast) throw new Error("killed");
    return result;
  };
  return { store: { ...store, as } satisfies Store, isDead: () => calls >= diesAt };
}

describe.each(["pglite", "postgres"] as const)("old days of the inbox on %s", (kind) => {
  const dataDir = dataFolder();
  const exportDir = join(dataDir, "exports");
  let postgres: TestPostgres | null = null;
  let store: Store;
  let anchor: Anchor;
  let parts: AnchorParts;
  let received: InboxMessage[];
  let now = startMs;

  beforeAll(async () => {
    postgres = kind === "postgres" ? await startPostgres() : null;
    store = await openRecords(dataDir, postgres?.url);
    await registerFridge(store);
    await setCursors(9 * idsPerPart);
    await knowGateway();
    parts = anchorParts(store, dataDir, () => now, { kind: "anvil", statePath: join(dataDir, "chain.json") });
    anchor = startAnchor(parts);
    await rollTo(startDay);
    await receiveWindows(store, 0, 3);
    now = startMs + 3 * windowMs + 20_000;
    expect(await anchor.anchorNow()).toBe(true);
    await receiveWindows(store, 3, 3);
    await rollTo(startDay + 1);
    await receiveWindows(store, 6, 3);
    await rollTo(startDay + 2);
    await receiveWindows(store, 9, 3);
    received = await allMessages();
  });
  afterAll(async () => {
    await anchor.stop();
    await store.close();
    await postgres?.stop();
    rmSync(dataDir, { recursive: true });
  });

  /** As the tracker would: the messages of a day that was dropped are looked for by it. */
  const knowGateway = () => {
    const place = { tenantId: fridge.tenant, gatewayId: fridge.gateway, boot: 1 };
    const nothing = { upTo: 0, also: [], hash: new Uint8Array(32), lastReceivedAt: startMs };
    return store.as(asWorker, (tx) => tx.insert(gatewayProgress).values({ ...place, ...nothing }));
  };
  const rollTo = (day: number) => store.as(asWorker, (tx) => tx.execute(sql`select open_inbox_day(${day})`));
  const setCursors = (position: number) =>
    store.as(asWorker, async (tx) => {
      for (const name of ["tracker", "projector"] as const)
        await tx
          .insert(cursors)
          .values({ name, position })
          .onConflictDoUpdate({ target: cursors.name, set: { position } });
    });
  const retain = (days: number, on: Store = store, keepDays = 1) => {
    const config = {
      inboxKeepDays: keepDays,
      exportDir,
      offlineBackdatingMs: parts.config.offlineBackdatingMs,
    };
    const log = pino({ level: process.env.TEST_LOG_LEVEL ?? "silent" });
    const clock = () => startMs + days * dayMs;
    return new InboxRetention({ store: on, clock, log, config }).pass(new AbortController().signal);
  };
  const dayOf = async (part: number) => (await store.as(asWorker, allInboxDays))[part];
  const stateOf = async (part: number) => (await dayOf(part))?.state;
  /** Told to the log: waiting for it, or in it already. */
  const toldExports = async (part: number) => {
    const rows = await store.as(asWorker, async (tx) => [
      ...(await tx.select().from(pendingEntries).where(isNull(pendingEntries.entryIndex))),
      ...(await readEntries(tx, 0, 10_000)),
    ]);
    const exports = rows.filter(({ kind }) => kind === "inbox-export");
    return exports.map(({ body }) => JSON.parse(body ?? "")).filter((body) => body.part === part);
  };
  const inTable = (part: number) =>
    store.as(asWorker, (tx) =>
      tx.$count(inbox, sql`id between ${part * idsPerPart} and ${(part + 1) * idsPerPart - 1}`),
    );
  /** While a long transaction reads the inbox, as a backup does. */
  const whileRead = async (work: () => Promise<void>) => {
    const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const reader = store.as(asWorker, async (tx) => {
      await tx.$count(inbox);
      begun.resolve();
      await ended.promise;
    });
    await begun.promise;
    await work().finally(ended.resolve);
    await reader;
  };
  const allMessages = async (span = { after: 0, upTo: 9 * idsPerPart }) => {
    const found: InboxMessage[] = [];
    for await (const page of readInboxMessages(store, { ...span, exportDir })) found.push(...page);
    return found;
  };
  const audit = async () => {
    const { findings } = await auditEquipment({
      ...{ store, readings: parts.readings, rpc: anchor.rpc(), trust: anchor.trust(), exportDir },
      ...{ now, mirrorDir: parts.config.mirrorDir },
      ...{ sealGraceMs: parts.config.sealGraceMs, anchorMaxAgeMs: parts.config.anchorMaxAgeMs },
      ...{ equipment: fridge.id, from: startMs, to: startMs + dayMs },
    });
    return findings.map(({ kind: found, detail }) => `${found} ${detail}`);
  };

  it("keeps a day that something still needs", async () => {
    await retain(2);
    expect(await stateOf(1)).toBe("open");
    now = startMs + 12 * windowMs + 20_000;
    expect(await anchor.anchorNow()).toBe(true);
    await setCursors(idsPerPart + 5);
    await retain(2);
    expect(await stateOf(1)).toBe("open");
    await setCursors(9 * idsPerPart);
    const setDirty = (dirty: boolean) => store.as(asWorker, (tx) => tx.update(windows).set({ dirty }));
    await setDirty(true);
    await retain(2);
    expect(await stateOf(1)).toBe("open");
    await setDirty(false);
    await retain(1);
    await retain(300, store, 0);
    expect(await stateOf(1)).toBe("open");
    expect(await toldExports(1)).toEqual([]);
  });

  it("exports nothing where a message is not what was sealed", async () => {
    const id = received[0]?.id ?? 0;
    const forge = (payload: Uint8Array) =>
      asIntruder(store, (tx) => tx.update(inbox).set({ payload }).where(eq(inbox.id, id)));
    await forge(utf8("forged"));
    await retain(2);
    expect(await stateOf(1)).toBe("open");
    expect(readdirSync(exportDir)).toEqual([]);
    await forge(received[0]?.payload ?? new Uint8Array());
  });

  it.each([
    [1, "rolled back"],
    [2, "committed"],
  ] as const)(
    "exports and drops part %i once, whatever transaction a kill comes at (%s)",
    async (part, how) => {
      const toTheEnd = async (isDone: () => Promise<boolean>) => {
        let deaths = 0;
        for (let at = 1; !(await isDone()); at += 1) {
          const dying = dyingStore(store, at, how);
          await retain(part + 1, dying.store).catch(() => undefined);
          if (dying.isDead()) deaths += 1;
          expect((await toldExports(part)).length).toBe((await stateOf(part)) === "open" ? 0 : 1);
          expect(await allMessages()).toEqual(received);
          expect(at).toBeLessThan(60);
        }
        return deaths;
      };
      expect(await toTheEnd(async () => (await stateOf(part)) === "exported")).toBeGreaterThan(4);
      await retain(part + 1);
      expect(await stateOf(part)).toBe("exported");
      expect(await anchor.anchorNow()).toBe(true);
      expect(await toTheEnd(async () => (await stateOf(part)) === "dropped")).toBeGreaterThan(1);
      expect(await inTable(part)).toBe(0);
      expect(readdirSync(exportDir).filter((name) => name.startsWith(`inbox-${part}-`))).toEqual([
        (await dayOf(part))?.file,
      ]);
    },
  );

  it("tells the log of each file, and the audit reads files as it read the table", async () => {
    const log = await store.as(asWorker, (tx) => readEntries(tx, 0, 10_000));
    const told = log.filter((row) => row.kind === "inbox-export").map(({ body }) => JSON.parse(body ?? ""));
    const day = await dayOf(1);
    expect(told).toHaveLength(2);
    expect(told[0]).toMatchObject({
      ...{ part: 1, day: startDay, count: 6, from: received[0]?.id, to: received[5]?.id },
      ...{ file: "inbox-1-2026-05-04.jsonl.gz", sha256: Buffer.from(day?.sha256 ?? []).toString("hex") },
    });
    expect(day).toMatchObject({ messages: 6, file: "inbox-1-2026-05-04.jsonl.gz" });
    expect(await audit()).toEqual([]);
  });

  it("reads any span of ids over files and table, and knows no topic of what left the table", async () => {
    const [after, upTo] = [received[4]?.id ?? 0, received[9]?.id ?? 0];
    expect(await allMessages({ after, upTo })).toEqual(received.slice(5, 10));
    const topics = await store.as(asWorker, (tx) => topicsOf(tx, [after, upTo]));
    expect([...topics.keys()]).toEqual([upTo]);
    const blind = readInboxMessages(store, { after: 0, upTo }).next();
    await expect(blind).rejects.toMatchObject({ code: "EXPORT_CHANGED" });
  });

  it("finds a file that is changed or missing, one finding each, and looks at the rest", async () => {
    const path = join(exportDir, "inbox-1-2026-05-04.jsonl.gz");
    renameSync(path, `${path}.kept`);
    expect(await audit()).toEqual([
      expect.stringMatching(/^INBOX_CHANGED .*part 1 of the inbox is not there$/),
    ]);
    writeFileSync(path, "something else");
    expect(await audit()).toEqual([expect.stringMatching(/^INBOX_CHANGED .*SHA-256 differs$/)]);
    await expect(allMessages()).rejects.toMatchObject({ code: "EXPORT_CHANGED", facts: { part: 1 } });
    renameSync(`${path}.kept`, path);
    expect(await audit()).toEqual([]);
  });

  it("exports a day again whose file is spoilt before the day was dropped, and clears away what kills left", async () => {
    await rollTo(startDay + 3);
    now = startMs + 13 * windowMs + 20_000;
    expect(await anchor.anchorNow()).toBe(true);
    const left = join(exportDir, "inbox-3-2026-05-06.jsonl.gz.0000.writing");
    writeFileSync(left, "half");
    utimesSync(left, new Date(0), new Date(0));
    await retain(4);
    expect(await stateOf(3)).toBe("exported");
    const file = (await dayOf(3))?.file ?? "";
    writeFileSync(join(exportDir, file), "spoilt");
    expect(await anchor.anchorNow()).toBe(true);
    await retain(4);
    expect(await stateOf(3)).toBe("open");
    await retain(4);
    expect(await anchor.anchorNow()).toBe(true);
    if (kind === "postgres") {
      await whileRead(() => retain(4));
      expect(await stateOf(3)).toBe("exported");
    }
    await retain(4);
    expect(await stateOf(3)).toBe("dropped");
    expect(readdirSync(exportDir)).not.toContain("inbox-3-2026-05-06.jsonl.gz.0000.writing");
    expect(await allMessages()).toEqual(received);
    expect(await audit()).toEqual([]);
  });
});
