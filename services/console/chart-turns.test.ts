import { expect, it } from "vitest";
import type { Actor } from "../context.ts";
import { ChartTurns } from "./chart-turns.ts";

const person = (id: string): Actor => ({ kind: "person", id, tenant: "shop", scopes: [] });

it("gives two turns to each and eight in all, and gives them again when they are done with or failed", async () => {
  const turns = new ChartTurns();
  const end = Promise.withResolvers<string>();
  const people = ["a", "b", "c", "d"].map(person);
  const drawn = people.flatMap((who) => [1, 2].map(() => turns.hold(who, () => end.promise)));
  await expect(turns.hold(person("a"), async () => "third")).rejects.toMatchObject({ code: "TOO_MANY" });
  await expect(turns.hold(person("e"), async () => "ninth")).rejects.toMatchObject({ code: "TOO_MANY" });
  end.resolve("drawn");
  expect(await Promise.all(drawn)).toEqual(Array.from(drawn, () => "drawn"));
  const fails = () => turns.hold(person("a"), () => Promise.reject(new Error("no answer")));
  for (let tries = 0; tries < 9; tries += 1) await expect(fails()).rejects.toThrow("no answer");
  expect(await turns.hold(person("a"), async () => "again")).toBe("again");
});

it("one who holds two leaves turns to others", async () => {
  const turns = new ChartTurns();
  const end = Promise.withResolvers<void>();
  const held = [1, 2].map(() => turns.hold(person("a"), () => end.promise));
  await expect(turns.hold(person("a"), async () => 1)).rejects.toMatchObject({ code: "TOO_MANY" });
  expect(await turns.hold(person("b"), async () => 1)).toBe(1);
  end.resolve();
  await Promise.all(held);
});
