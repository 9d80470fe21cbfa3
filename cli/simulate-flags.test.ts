import { expect, it } from "vitest";
import { readNumbers, type SimulateFlags } from "./simulate-flags.ts";

const flags: SimulateFlags = {
  ...{ ledger: "x", sites: "10", sensors: "4", rate: "10", seconds: "60", readings: "1", backfill: "0" },
  ...{
    disconnects: "0",
    clockError: "0",
    clockErrors: "1",
    poison: "0",
    outbox: "100",
    resend: "10",
    drain: "1",
  },
  ...{ trust: "receipt", influxDatabase: "coldmark" },
};

it("takes good numbers", () => {
  expect(readNumbers({ ...flags, clockError: "-63072000000" })).toMatchObject({
    sites: 10,
    clockErrorMs: -63_072_000_000,
  });
});

it.each([
  ["sites", "--sites", "0"],
  ["rate", "--rate", "-1"],
  ["rate", "--rate", ""],
  ["backfill", "--backfill", "1.5"],
  ["poison", "--poison", "2.5"],
  ["readings", "--readings", "5001"],
  ["seconds", "--seconds", "Infinity"],
  ["trust", "--trust", "nobody"],
])("refuses a wrong %s by the name %s", (name, setting, value) => {
  const read = () => readNumbers({ ...flags, [name]: value });
  expect(read).toThrow(
    expect.objectContaining({
      facts: { faults: expect.arrayContaining([expect.objectContaining({ setting })]) },
    }),
  );
});

it("refuses more readings a second than sensors have milliseconds for", () => {
  expect(() => readNumbers({ ...flags, sites: "1", sensors: "1", rate: "1000" })).toThrow("flags are wrong");
});
