import { describe, expect, it } from "vitest";
import { readingsRoot } from "#domain/log/check-readings.ts";
import type { Reading } from "#store/readings/readings-store.ts";
import { sealedReadings, sealedRows } from "./sealed-readings.ts";

const reading = (ts: number, inboxId: number, more: Partial<Reading> = {}): Reading => ({
  tenant: "pharmacy-1",
  point: "p1",
  ts,
  equipmentId: "fridge",
  tMilliC: 5_000,
  rhPermille: null,
  door: null,
  power: null,
  lat: null,
  lon: null,
  err: null,
  receivedAt: ts,
  inboxId,
  late: false,
  signedBy: null,
  ...more,
});
const sealed = [reading(1, 10), reading(2, 11)];
const rows = sealed.map(({ point, ts, tMilliC, err }) => [point, ts, tMilliC, err] as const);
const window = { equipmentId: "fridge", data: readingsRoot(rows), rows: 2 };

describe("the readings a window was sealed with", () => {
  it("are those the store holds when nothing came later", () => {
    expect(sealedReadings(sealed, window)).toEqual(rows);
  });

  it("leave out honest readings that came later, and another equipment's", () => {
    const later = [reading(3, 12), reading(4, 13), reading(5, 9, { equipmentId: "van" })];
    expect(sealedReadings([...sealed, ...later], window)).toEqual(rows);
  });

  it("are found below any number of messages that came later", () => {
    const later = Array.from({ length: 1_000 }, (_, at) => reading(3 + at, 12 + at));
    expect(sealedReadings([...later, ...sealed], window)).toEqual(rows);
  });

  it("count a sensor's faults as readings", () => {
    expect(
      sealedRows([
        { n: 2, faults: 1 },
        { n: 0, faults: 4 },
      ]),
    ).toBe(7);
  });

  it("are all that is there when one was changed or taken away, so that every verifier says so", () => {
    const changed = [reading(1, 10, { tMilliC: 4_999 }), reading(2, 11)];
    expect(readingsRoot(sealedReadings(changed, window))).not.toBe(window.data);
    expect(readingsRoot(sealedReadings(sealed.slice(1), window))).not.toBe(window.data);
  });
});
