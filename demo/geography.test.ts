import { expect, it } from "vitest";
import { CITIES } from "./geography.ts";

it("is 63 cities of 20 provinces, each once, in both scripts", () => {
  expect(CITIES).toHaveLength(63);
  expect(new Set(CITIES.map(({ city }) => city.zh)).size).toBe(63);
  expect(new Set(CITIES.map(({ city }) => city.en)).size).toBe(63);
  expect(new Set(CITIES.map(({ province }) => province.zh)).size).toBe(20);
  expect(new Set(CITIES.slice(0, 20).map(({ province }) => province.en)).size).toBe(20);
  for (const { zh, en } of CITIES.flatMap(({ city, province }) => [city, province])) {
    expect(zh).toMatch(/^\p{Script=Han}{2,4}$/u);
    expect(en).toMatch(/^[A-Z][A-Za-z' ]+$/);
  }
});
