import { sha256 } from "@noble/hashes/sha2.js";
import { AppError } from "#domain/errors.ts";
import { concatBytes, fromBase64, toHex, utf8 } from "#domain/log/bytes.ts";
import { canonicalize } from "#domain/log/canonical.ts";
import { anyOf, atLeast, hex, integer, list, oneOf, requireShape, text, tuple } from "#domain/log/shape.ts";
import { verifySignature } from "#domain/log/signature.ts";
import { parseStrictJson } from "#domain/log/strict-json.ts";
import type { Tx } from "#store/connect.ts";
import { readMessageHashes } from "#store/window-sources.ts";
import type { Finding } from "./finding.ts";

interface Receipt {
  readonly boot: number;
  readonly upTo: number;
  readonly also: readonly (readonly [number, number])[];
  readonly hash: string;
  readonly kid: string;
  readonly sig: string;
}

/** The gateways that may hold the receipts, and the public keys that sign receipts, by kid. */
export interface ReceiptParties {
  readonly equipment: string;
  readonly gateways: readonly string[];
  readonly keys: ReadonlyMap<string, Uint8Array>;
}

const lineMax = { maxBytes: 65_536, maxDepth: 8 };
const noMessages = new Uint8Array(32);
const shape = atLeast({
  v: oneOf(1),
  boot: integer(0),
  upTo: integer(0),
  also: list(tuple(integer(1), integer(1)), 10_000),
  hash: hex(32),
  time: anyOf(integer(), text(40)),
  kid: text(100),
  sig: text(100),
});

/**
 * Holds receipts that a gateway kept, one JSON a line, against the messages the records have: all that was promised must
 * be there, and give the running hash that was signed.
 * @throws AppError BAD_REQUEST naming a line that is not a receipt of ours
 */
export async function auditReceipts(tx: Tx, lines: string, parties: ReceiptParties): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [at, line] of lines.split("\n").entries()) {
    if (line.trim() === "") continue;
    const { receipt, gateway } = readReceipt(line, at + 1, parties);
    const fault = await receiptFault(tx, receipt, gateway);
    if (fault === null) continue;
    const detail = `line ${at + 1}, gateway ${gateway}, boot ${receipt.boot}: ${fault}`;
    findings.push({ kind: "RECEIPT_NOT_KEPT", equipment: parties.equipment, window: null, detail });
  }
  return findings;
}

/** A receipt doesn't say whose it is: the topic under its signature does. */
function readReceipt(
  line: string,
  number: number,
  parties: ReceiptParties,
): { receipt: Receipt; gateway: string } {
  const refuse = (why: string) => new AppError("BAD_REQUEST", `line ${number} of the receipts ${why}`);
  let receipt: Receipt;
  try {
    const value = parseStrictJson(line, lineMax);
    requireShape(value, shape);
    receipt = value as Receipt;
  } catch (error) {
    throw refuse(`is not a receipt: ${(error as Error).message}`);
  }
  const key = parties.keys.get(receipt.kid);
  if (key === undefined) throw refuse(`is signed by ${receipt.kid}, which the log knows as no receipt key`);
  const gateway = parties.gateways.find((id) => isSignedFor(receipt, id, key));
  if (gateway === undefined) throw refuse("was not signed for a gateway of this equipment");
  return { receipt, gateway };
}

function isSignedFor({ sig, ...signed }: Receipt, gateway: string, key: Uint8Array): boolean {
  const zero = new Uint8Array(1);
  const topic = utf8(`coldmark/v1/${gateway}/receipt`);
  const message = concatBytes(utf8("coldmark/receipt/1"), zero, topic, zero, utf8(canonicalize(signed)));
  try {
    return verifySignature("Ed25519", key, message, fromBase64(sig));
  } catch {
    return false;
  }
}

async function receiptFault(tx: Tx, receipt: Receipt, gatewayId: string): Promise<string | null> {
  const last = Math.max(receipt.upTo, ...receipt.also.map(([, to]) => to));
  const kept = await readMessageHashes(tx, { gatewayId, boot: receipt.boot }, last);
  const hashOf = new Map(kept.map(({ seq, sha256: hash }) => [seq, hash]));
  let running = noMessages;
  for (let seq = 1; seq <= receipt.upTo; seq += 1) {
    const hash = hashOf.get(seq);
    if (hash === undefined) return `message ${seq} is not there`;
    running = sha256(concatBytes(running, hash));
  }
  if (toHex(running) !== receipt.hash)
    return `the messages up to ${receipt.upTo} are not those that were receipted`;
  for (const [from, to] of receipt.also) {
    for (let seq = from; seq <= to; seq += 1) if (!hashOf.has(seq)) return `message ${seq} is not there`;
  }
  return null;
}
