import { appendFileSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type LedgerRecord, messageLine, openLedger, poisonLine, readLedger, receiptLine } from "./ledger.ts";
import { messagesIn, sumLedger } from "./report.ts";

const body = (ts: number) => Buffer.from(JSON.stringify({ readings: [{ s: "t1", ts, t: 5.001 }] }));
const at = (seq: number) => ({ gateway: "gw-1", boot: 7, seq, lane: "data" });
const newFolder = () => mkdtempSync(join(tmpdir(), "coldmark-ledger-"));

async function recordsOf(folder: string): Promise<LedgerRecord[]> {
  const records: LedgerRecord[] = [];
  for await (const record of readLedger(folder)) records.push(record);
  return records;
}

it("gives back what was flushed, empty payloads and odd bytes included", async () => {
  const folder = newFolder();
  const ledger = await openLedger(folder, 7);
  ledger.note(messageLine("M", at(1), body(1)));
  ledger.note(poisonLine("gw-1", "data", Buffer.alloc(0)));
  ledger.note(poisonLine("gw-1", "hist", Buffer.from([0xff, 0x0a, 0x00])));
  ledger.note(receiptLine("gw-1", { boot: 7, upTo: 0, also: [[1, 1]] }));
  await ledger.close();
  expect(await recordsOf(folder)).toEqual([
    { kind: "message", ...at(1), payload: body(1), isPoison: false },
    { kind: "poison", gateway: "gw-1", lane: "data", payload: Buffer.alloc(0) },
    { kind: "poison", gateway: "gw-1", lane: "hist", payload: Buffer.from([0xff, 0x0a, 0x00]) },
    { kind: "receipt", gateway: "gw-1", boot: 7, upTo: 0, also: [[1, 1]] },
  ]);
});

it("takes no line that a kill cut short, wherever it cut", async () => {
  const whole = messageLine("M", at(2), body(2));
  for (let length = 1; length < whole.length - 1; length += 1) {
    const folder = newFolder();
    const ledger = await openLedger(folder, 7);
    ledger.note(messageLine("M", at(1), body(1)));
    await ledger.close();
    appendFileSync(join(folder, readdirSync(folder)[0] ?? ""), whole.slice(0, length));
    expect(await recordsOf(folder)).toHaveLength(1);
  }
});

it("refuses to write a second time under one boot", async () => {
  const folder = newFolder();
  await (await openLedger(folder, 7)).close();
  await expect(openLedger(folder, 7)).rejects.toThrow("EEXIST");
});

it("knows as acknowledged what receipts of any run cover, and nothing else", async () => {
  const folder = newFolder();
  const first = await openLedger(folder, 7);
  for (const seq of [1, 2, 3, 4]) first.note(messageLine(seq === 4 ? "X" : "M", at(seq), body(seq)));
  first.note(receiptLine("gw-1", { boot: 7, upTo: 1, also: [] }));
  await first.close();
  const second = await openLedger(folder, 8);
  second.note(receiptLine("gw-1", { boot: 7, upTo: 1, also: [[3, 3]] }));
  second.note(messageLine("M", { ...at(1), boot: 8 }, body(9)));
  await second.close();
  const acknowledged: string[] = [];
  for await (const { boot, seq, isAcknowledged } of messagesIn(folder))
    if (isAcknowledged) acknowledged.push(`${boot}/${seq}`);
  expect(acknowledged).toEqual(["7/1", "7/3"]);
  expect(await sumLedger(folder)).toEqual({
    ...{ messages: 5, readings: 4, acknowledged: 2, acknowledgedReadings: 2, unacknowledged: 3, poison: 1 },
  });
});
