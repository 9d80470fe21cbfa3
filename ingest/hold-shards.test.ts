import { pino } from "pino";
import { expect, it } from "vitest";
import { openSoleShares } from "#store/connect/shares.ts";
import { holdShards } from "./hold-shards.ts";

it("gives its shards back at the end, also where those who worked on them can't stop", async () => {
  const shares = openSoleShares();
  let closed = 0;
  const held = await holdShards({
    shares: {
      ...shares,
      close: () => {
        closed += 1;
        return shares.close();
      },
    },
    total: 2,
    work: (shards) => (shards.size === 0 ? Promise.reject(new Error("stuck")) : Promise.resolve()),
    onLead: () => undefined,
    log: pino({ level: "silent" }),
  });
  expect(held.leads()).toBe(true);
  await expect(held.stop()).rejects.toThrow("stuck");
  expect([held.leads(), closed]).toEqual([false, 1]);
});
