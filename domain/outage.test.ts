import { expect, it } from "vitest";
import { isOutage } from "./outage.ts";

const withCode = (code: string, cause?: unknown) => Object.assign(new Error("x", { cause }), { code });

it.each([
  [withCode("ECONNREFUSED"), true],
  [new Error("Failed query", { cause: withCode("57014") }), true],
  [new Error("Connection terminated unexpectedly"), true],
  [withCode("EAI_AGAIN"), true],
  [withCode("EHOSTUNREACH"), true],
  [withCode("ENETUNREACH"), true],
  [new Error("Failed query", { cause: withCode("ETIMEDOUT") }), true],
  [withCode("23505"), false],
  [new Error("anything else"), false],
  ["no error at all", false],
])("%s is an outage: %s", (error, expected) => {
  expect(isOutage(error)).toBe(expected);
});
