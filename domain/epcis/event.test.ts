import { expect, it } from "vitest";
import { eventSchemas } from "./event.ts";

const event = {
  type: "ObjectEvent",
  eventTime: "2026-03-01T08:30:00.000+08:00",
  eventTimeZoneOffset: "+08:00",
  action: "OBSERVE",
};

it.each([
  ["1,024 bytes of ASCII", `urn:x:${"a".repeat(1_018)}`, true],
  ["1,025 bytes of ASCII", `urn:x:${"a".repeat(1_019)}`, false],
  ["1,024 bytes in 515 characters", `urn:x:${"é".repeat(509)}`, true],
  ["1,026 bytes in 516 characters", `urn:x:${"é".repeat(510)}`, false],
])("an identifier of %s is taken: %s", (_words, uri, taken) => {
  const read = (fields: object) => eventSchemas.ObjectEvent.safeParse({ ...event, ...fields }).success;
  expect([read({ epcList: [uri] }), read({ eventID: uri })]).toEqual([taken, taken]);
});
