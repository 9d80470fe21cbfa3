import type { Reading } from "#store/readings/readings-store.ts";

/** A reading of a refrigerator at 4.2 °C, changed as a test needs it. */
export function aReading(change: Partial<Reading> = {}): Reading {
  return {
    tenant: "pharmacy-1",
    point: "p1",
    ts: 1_700_000_000_000,
    equipmentId: "fridge-1",
    tMilliC: 4_200,
    rhPermille: null,
    door: null,
    power: null,
    lat: null,
    lon: null,
    err: null,
    receivedAt: 1_700_000_001_000,
    inboxId: 7,
    late: false,
    signedBy: null,
    ...change,
  };
}
