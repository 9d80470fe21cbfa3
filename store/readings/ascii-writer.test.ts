import { expect, test } from "vitest";
import { openAsciiWriter } from "./ascii-writer.ts";

const written = (value: number) => {
  const writer = openAsciiWriter();
  writer.writeWhole(value);
  return writer.text();
};

test("whole numbers are written as String writes them", () => {
  const edges = Array.from({ length: 16 }, (_, n) => 10 ** n).flatMap((n) => [n - 1, n, n + 1]);
  const some = Array.from({ length: 20_000 }, (_, n) => Math.floor((n * 7_919_777_777) ** 1.5) % 2 ** 53);
  const numbers = [...edges, ...some, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER, 1_700_000_000_000];
  expect(numbers.filter((n) => written(n) !== String(n))).toEqual([]);
  expect(numbers.filter((n) => written(-n) !== String(-n))).toEqual([]);
  expect(written(-0)).toBe("0");
});

test("what was begun can be taken back, and memory grows with what is written", () => {
  const writer = openAsciiWriter();
  writer.write("kept ");
  const length = writer.length();
  writer.write("x".repeat(200_000));
  writer.cutTo(length);
  const long = "0123456789".repeat(20_000);
  writer.write(long);
  writer.writeWhole(-42);
  expect(writer.text()).toBe(`kept ${long}-42`);
});
