import { expect, it } from "vitest";
import { lastedMs, stageOf } from "./alarm-stage.ts";

const at = "2026-03-01T04:00:00.000Z";
const acknowledged = { at, by: "Demo manager", action: "moved", reason: "to the other one" } as const;

it("an alarm is closed only when it is over and taken up", () => {
  const lasting = { clearedAt: null, knownUntil: null };
  expect(stageOf({ ...lasting, acknowledged: null })).toBe("active-new");
  expect(stageOf({ ...lasting, acknowledged })).toBe("active-taken");
  expect(stageOf({ ...lasting, clearedAt: at, acknowledged: null })).toBe("over-new");
  expect(stageOf({ ...lasting, clearedAt: at, acknowledged })).toBe("closed");
});

it("a retrospective one is neither going on nor over", () => {
  const told = { clearedAt: null, knownUntil: at };
  expect(stageOf({ ...told, acknowledged: null })).toBe("unknown-new");
  expect(stageOf({ ...told, acknowledged })).toBe("unknown-taken");
});

it("lasts until its end, or until it is known to, or until now", () => {
  const now = Date.parse(at) + 60_000;
  const begun = { since: at, until: null, knownUntil: null };
  expect(lastedMs(begun, now)).toBe(60_000);
  expect(lastedMs({ ...begun, until: "2026-03-01T04:00:30.000Z" }, now)).toBe(30_000);
  expect(lastedMs({ ...begun, knownUntil: "2026-03-01T04:00:20.000Z" }, now)).toBe(20_000);
});
