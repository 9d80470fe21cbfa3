/**
 * What the gateways of a simulation wrote on their disks: each message before it was sent, and what a receipt covered.
 * A file for each run of the process, one record a line; a torn last line was never sent.
 *
 *     M {gateway} {boot} {seq} {lane} {payload, base64}      a message with its place in its boot
 *     X {gateway} {boot} {seq} {lane} {payload, base64}      one that is poison on purpose and still says its place
 *     P {gateway} {lane} {payload, base64}                   one that says no place: nobody waits for a receipt
 *     R {gateway} {boot} {upTo} {from-to,…|-}                a verified receipt
 *     A {gateway} {boot} {seq}                               a PUBACK that was taken for a receipt (--trust puback)
 */
import { createReadStream, mkdirSync, readdirSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** One record of a ledger. */
export type LedgerRecord =
  | {
      readonly kind: "message";
      readonly gateway: string;
      readonly boot: number;
      readonly seq: number;
      readonly lane: string;
      readonly payload: Buffer;
      readonly isPoison: boolean;
    }
  | { readonly kind: "poison"; readonly gateway: string; readonly lane: string; readonly payload: Buffer }
  | {
      readonly kind: "receipt";
      readonly gateway: string;
      readonly boot: number;
      readonly upTo: number;
      readonly also: readonly (readonly [number, number])[];
    }
  | { readonly kind: "puback"; readonly gateway: string; readonly boot: number; readonly seq: number };

/** A ledger that this process writes. */
export interface Ledger {
  /** Adds a line to what is written next. */
  note(line: string): void;
  /** Resolves when every line noted so far is on the disk. @throws when the disk refuses */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const suffix = ".ledger";

/** Opens a new file for this run, named by its boot, in a folder that is made where missing. */
export async function openLedger(folder: string, boot: number): Promise<Ledger> {
  mkdirSync(folder, { recursive: true });
  const file = await open(join(folder, `${boot}${suffix}`), "ax");
  await syncFolder(folder);
  let lines: string[] = [];
  let underWay = Promise.resolve();
  const write = async (): Promise<void> => {
    if (lines.length === 0) return;
    const text = lines.join("");
    lines = [];
    await file.appendFile(text);
    await file.datasync();
  };
  const flush = (): Promise<void> => {
    underWay = underWay.then(write);
    return underWay;
  };
  return {
    note: (line) => void lines.push(line),
    flush,
    close: async () => {
      await flush();
      await file.close();
    },
  };
}

/** The new file's name must survive a power cut too. */
async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, "r");
    await handle.sync();
  } finally {
    await handle?.close();
  }
}

/** The boots of the runs that wrote in a folder, oldest first; none where there is no folder yet. */
export function bootsIn(folder: string): number[] {
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder)
    .filter((name) => name.endsWith(suffix))
    .map((name) => Number(name.slice(0, -suffix.length)))
    .filter(Number.isSafeInteger)
    .sort((a, b) => a - b);
}

/** Every whole record of a folder, run by run in the order of writing. */
export async function* readLedger(folder: string): AsyncGenerator<LedgerRecord> {
  for (const boot of bootsIn(folder)) {
    const stream = createReadStream(join(folder, `${boot}${suffix}`), { encoding: "latin1" });
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      const record = parseLine(line);
      if (record !== null) yield record;
    }
  }
}

/** Lines end with a mark, so that one cut short by a kill can't pass for a shorter whole one. */
const endMark = ".";

/** A message's line; `kind` M, or X for one that is poison. */
export function messageLine(
  kind: "M" | "X",
  { gateway, boot, seq, lane }: { gateway: string; boot: number; seq: number; lane: string },
  payload: Uint8Array,
): string {
  return `${kind} ${gateway} ${boot} ${seq} ${lane} ${base64(payload)} ${endMark}\n`;
}

/** The line of a message that nobody waits for. */
export function poisonLine(gateway: string, lane: string, payload: Uint8Array): string {
  return `P ${gateway} ${lane} ${base64(payload)} ${endMark}\n`;
}

/** A verified receipt's line. */
export function receiptLine(
  gateway: string,
  { boot, upTo, also }: { boot: number; upTo: number; also: readonly (readonly [number, number])[] },
): string {
  const ranges = also.map(([from, to]) => `${from}-${to}`).join(",") || "-";
  return `R ${gateway} ${boot} ${upTo} ${ranges} ${endMark}\n`;
}

/** The line of a PUBACK that is taken for a receipt. */
export function pubackLine(gateway: string, boot: number, seq: number): string {
  return `A ${gateway} ${boot} ${seq} ${endMark}\n`;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64") || "=";
}

function parseLine(line: string): LedgerRecord | null {
  const [kind, gateway = "", ...rest] = line.split(" ");
  if (rest.pop() !== endMark) return null;
  const [first = "", second = "", third = "", fourth = ""] = rest;
  const boot = Number(first);
  const payloadOf = (text: string) => Buffer.from(text, "base64");
  if (kind === "M" || kind === "X") {
    const place = { gateway, boot, seq: Number(second), lane: third };
    return { kind: "message", ...place, payload: payloadOf(fourth), isPoison: kind === "X" };
  }
  if (kind === "P") return { kind: "poison", gateway, lane: first, payload: payloadOf(second) };
  if (kind === "R") return { kind: "receipt", gateway, boot, upTo: Number(second), also: rangesOf(third) };
  if (kind === "A") return { kind: "puback", gateway, boot, seq: Number(second) };
  return null;
}

function rangesOf(text: string): [number, number][] {
  if (text === "-") return [];
  return text.split(",").map((range) => {
    const [from = 0, to = 0] = range.split("-").map(Number);
    return [from, to];
  });
}
