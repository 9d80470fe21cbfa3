import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Store } from "#store/connect.ts";
import { equipment } from "#store/schema/equipment.ts";
import { windows } from "#store/schema/windows.ts";
import { readSealedEquipment } from "#store/windows.ts";
import {
  asIntruder,
  dataFolder,
  fridge,
  openRecords,
  registerFridge,
  startMs,
} from "../support/anchor-network.ts";

const folder = dataFolder();
const hourMs = 3_600_000;
let store: Store;
beforeAll(async () => {
  store = await openRecords(folder);
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

it("how far equipment is sealed is its own, though another organisation calls one by the same id", async () => {
  await registerFridge(store);
  await asIntruder(store, async (tx) => {
    const [own] = await tx.select().from(equipment);
    if (own === undefined) throw new Error("the refrigerator is registered");
    await tx.insert(equipment).values({ ...own, tenantId: "op", label: "0".repeat(32) });
    await tx.insert(windows).values({
      ...{ tenantId: fridge.tenant, equipmentId: fridge.id, fromMs: startMs, toMs: startMs + hourMs },
      ...{ versions: 1, dirty: false, sealedAt: startMs },
    });
  });
  const sealed = await store.as({ role: "worker" }, (tx) => readSealedEquipment(tx, 0));
  const ends = Object.fromEntries(sealed.map(({ tenantId, sealedTo }) => [tenantId, sealedTo]));
  expect(ends).toEqual({ [fridge.tenant]: startMs + hourMs, op: null });
});
