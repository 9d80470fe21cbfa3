import { expect, it } from "vitest";
import { BundleTurns } from "./bundle-turns.ts";

const person = (tenant: string, id = "p") => ({ kind: "person" as const, tenant, id });
const tooMany = expect.objectContaining({ code: "TOO_MANY" });

it("gives an organisation one turn, whoever of it asks", () => {
  const turns = new BundleTurns();
  const release = turns.take(person("a", "p"));
  expect(() => turns.take(person("a", "q"))).toThrow(tooMany);
  expect(() => turns.take({ kind: "apiKey", tenant: "a", id: "k" })).toThrow(tooMany);
  turns.take(person("b"));
  release();
  turns.take(person("a", "q"));
});

it("gives four turns in all", () => {
  const turns = new BundleTurns();
  const [release] = ["a", "b", "c", "d"].map((tenant) => turns.take(person(tenant)));
  expect(() => turns.take(person("e"))).toThrow(tooMany);
  release?.();
  turns.take(person("e"));
});

it("ends a turn once: a second call doesn't end the next one's", () => {
  const turns = new BundleTurns();
  const release = turns.take(person("a"));
  release();
  turns.take(person("a"));
  release();
  expect(() => turns.take(person("a"))).toThrow(tooMany);
});
