import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { BootOutbox } from "./boot-outbox.ts";

const sha256 = (...parts: Uint8Array[]) => createHash("sha256").update(Buffer.concat(parts)).digest();
const payloadOf = (seq: number) => Buffer.from(`message ${seq}`);

/** An outbox of so many messages with two readings each, and the running hash at each seq. */
function filled(count: number): { outbox: BootOutbox; hashes: string[] } {
  const outbox = new BootOutbox(3);
  const hashes = ["00".repeat(32)];
  for (let seq = 1; seq <= count; seq += 1) {
    expect(outbox.add("topic", payloadOf(seq), 2).seq).toBe(seq);
    hashes.push(sha256(Buffer.from(hashes[seq - 1] ?? "", "hex"), sha256(payloadOf(seq))).toString("hex"));
  }
  return { outbox, hashes };
}
const openSeqs = (outbox: BootOutbox) => [...outbox.open()].map(({ seq }) => seq);

it("forgets what a receipt covers, once", () => {
  const { outbox, hashes } = filled(6);
  const receipt = { boot: 3, upTo: 2, also: [[5, 5]] as const, hash: hashes[2] ?? "" };
  expect(outbox.settle(receipt)).toEqual({ messages: 3, readings: 6 });
  expect(outbox.settle(receipt)).toEqual({ messages: 0, readings: 0 });
  expect(openSeqs(outbox)).toEqual([3, 4, 6]);
  expect(outbox.settle({ boot: 3, upTo: 6, also: [], hash: hashes[6] ?? "" })).toEqual({
    messages: 3,
    readings: 6,
  });
  expect(outbox.waiting).toBe(0);
});

it("keeps everything under a receipt with another running hash, or of what was never sent", () => {
  const { outbox, hashes } = filled(3);
  expect(outbox.settle({ boot: 3, upTo: 2, also: [], hash: hashes[3] ?? "" })).toHaveProperty("refused");
  expect(outbox.settle({ boot: 3, upTo: 9, also: [], hash: hashes[3] ?? "" })).toHaveProperty("refused");
  expect(outbox.settle({ boot: 3, upTo: 0, also: [[2, 2]], hash: "11".repeat(32) })).toHaveProperty(
    "refused",
  );
  expect(openSeqs(outbox)).toEqual([1, 2, 3]);
});

it("does nothing under an older receipt", () => {
  const { outbox, hashes } = filled(3);
  outbox.settle({ boot: 3, upTo: 3, also: [], hash: hashes[3] ?? "" });
  expect(outbox.settle({ boot: 3, upTo: 1, also: [], hash: hashes[1] ?? "" })).toEqual({
    messages: 0,
    readings: 0,
  });
});

it("keeps its place over many thousands of receipts", () => {
  const { outbox, hashes } = filled(20_000);
  for (let upTo = 7; upTo <= 20_000; upTo += 7)
    expect(outbox.settle({ boot: 3, upTo, also: [], hash: hashes[upTo] ?? "" })).toHaveProperty(
      "messages",
      7,
    );
  expect(openSeqs(outbox)).toEqual([20_000]);
});
