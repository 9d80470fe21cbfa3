import { expect, it } from "vitest";
import { lastedMs, stageOf } from "./alarm-stage.ts";

const at = "2026-03-01T04:00:00.000Z";
const acknowledged = { at, by: "Demo manager", action: "moved", reason: "to the other one" } as const;

it("an alarm is closed only when it is over and taken up", () => {
  expect(stageOf({ clearedAt: null, acknowledged: null })).toBe("active-new");
  expect(stageOf({ clearedAt: null, acknowledged })).toBe("active-taken");
  expect(stageOf({ clearedAt: at, acknowledged: null })).toBe("over-new");
  expect(stageOf({ clearedAt: at, acknowledged })).toBe("closed");
});

it("lasts until its end, or until now", () => {
  const now = Date.parse(at) + 60_000;
  expect(lastedMs({ since: at, until: null }, now)).toBe(60_000);
  expect(lastedMs({ since: at, until: "2026-03-01T04:00:30.000Z" }, now)).toBe(30_000);
});
