import { expect, it } from "vitest";
import { PutOff } from "./put-off.ts";

const fridge = { tenantId: "shop", equipmentId: "fridge" };

it("tries again ever more rarely, and at once after it worked", () => {
  const putOff = new PutOff();
  expect(putOff.now(0)).toEqual([]);
  putOff.failed(fridge, 0);
  expect(putOff.now(999)).toMatchObject([fridge]);
  expect(putOff.now(1_000)).toEqual([]);
  putOff.failed(fridge, 1_000);
  expect([putOff.now(2_999).length, putOff.now(3_000).length]).toEqual([1, 0]);
  for (let times = 0; times < 20; times += 1) putOff.failed(fridge, 0);
  expect([putOff.now(299_999).length, putOff.now(300_000).length]).toEqual([1, 0]);
  putOff.worked(fridge);
  putOff.failed(fridge, 0);
  expect(putOff.now(1_000)).toEqual([]);
});
