/** A pack whose lot only its label tells (GS1 AI 10): a recall of that lot shows in whatever is asked by the label. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { encodeSetRevoker } from "#anchor/contract.ts";
import { keySigner } from "#anchor/signer.ts";
import { accountOf, nextNonce, signTransaction, waitForReceipt } from "#anchor/transaction.ts";
import { canonicalEpc } from "#domain/codes/epc.ts";
import { fromHex } from "#domain/log/bytes.ts";
import { streamOf } from "#domain/log/entry.ts";
import { verifyBundle } from "#domain/log/verify.ts";
import { tellAnswer } from "#domain/provenance/tell-answer.ts";
import { checkPacks } from "#services/packs/check-packs.ts";
import { recallLot } from "#services/packs/recall-lot.ts";
import { openProvenance, type Provenance } from "#services/provenance/answer-for.ts";
import { changePacks } from "#store/packs.ts";
import { queueEntry } from "#store/pending-entries.ts";
import { lots } from "#store/schema/lots.ts";
import { products } from "#store/schema/products.ts";
import { dataFolder, startMs } from "../support/anchor-network.ts";
import { OutsideLog, type SteppedWorker } from "../support/anchor-outside.ts";

const gtin = "06901234567892";
const tenant = "maker";
const packOf = (serial: string) => `https://id.gs1.org/01/${gtin}/21/${serial}`;
const labelOf = (epc: string, lot: string) => epc.replace("/21/", `/10/${lot}/21/`);
/** Of the first no statement names a lot; of the second one names L1. */
const [bare, named] = [packOf("A1"), packOf("B2")];
const label = labelOf(bare, "L1");
const folder = dataFolder();
let log: OutsideLog;
let worker: SteppedWorker;

beforeAll(async () => {
  log = await OutsideLog.open(folder, `0x${"42".repeat(32)}`);
  worker = await log.worker(join(folder, "records"), { finality: "immediate" });
  await worker.store.as({ role: "app", tenant }, async (tx) => {
    const accepted = { acceptedAt: startMs, offline: false };
    const limits = { lowerMilliC: 2_000, upperMilliC: 8_000 };
    const names = { zh: "药", en: "Drug" };
    await tx
      .insert(products)
      .values({ tenantId: tenant, gtin, names, ...limits, effectiveFrom: startMs, ...accepted });
    await tx
      .insert(lots)
      .values({ tenantId: tenant, gtin, lot: "L1", expiry: "2027-01-31", acceptedAt: startMs });
  });
  await state(bare);
  await state(named, "L1");
  await anchor("stated");
});
afterAll(async () => {
  await worker?.stop();
  await log?.chain.stop();
  rmSync(folder, { recursive: true });
});

/** Records and queues that a pack was received, as a capture does. */
async function state(epc: string, lot?: string): Promise<void> {
  const at = worker.parts.clock();
  const by = { role: "manufacturer", org: streamOf("urn:test:maker"), signedBy: null, offline: false };
  const nowhere = { place: null, placeKind: null, parent: null, parentKind: null };
  const what = { type: "object", action: "OBSERVE", step: "receiving", disposition: null, role: "object" };
  const told = { event: "0".repeat(64), ...(lot === undefined ? {} : { lot }) };
  const body = { ...what, ...nowhere, ...told, by, at, accepted: at };
  await worker.store.as({ role: "app", tenant }, async (tx) => {
    await queueEntry(tx, { subject: epc, kind: "event", from: at, to: at, body }, at);
    const pack = { epc, stream: fromHex(streamOf(epc)), gtin, firstSeen: at, at, sold: 0 };
    await changePacks(tx, [{ ...pack, lot: lot ?? null, holderTenant: tenant }]);
  });
}

/** Seals what is queued. */
async function anchor(note: string): Promise<void> {
  await worker.note(note);
  await rounds();
}

async function rounds(): Promise<void> {
  for (let round = 0; round < 5; round += 1) if (await worker.round()) return;
  throw new Error("what was planned never got final");
}

/** Without answers that were kept. */
function open(): Provenance {
  const { store, parts, chainSide } = worker;
  const rpc = () => chainSide.chain?.rpc ?? null;
  return openProvenance({ store, readings: parts.readings, trust: () => chainSide.trust, rpc });
}

const asked = (code: string) => ({ epc: canonicalEpc(code) ?? "", code, view: "public" }) as const;

/** Result and state as the server tells them. */
async function told(code: string, provenance = open()): Promise<string> {
  const { proof, state } = await provenance.answerFor(asked(code));
  return `${proof.result} ${state.state}`;
}

/** Result and state as a stranger finds them who holds the bundle, asked for by one code, against another. */
async function found(code: string, bundleBy = code): Promise<string> {
  const text = (await open().bundleFor(asked(bundleBy))) ?? "";
  const { trust } = worker.chainSide;
  const { result, asOf, reasons, contents } = await verifyBundle(text, { trust, code });
  if (contents === null) return result;
  const how = { code, view: "public", result, asOf, reasons, chainClass: "operator" } as const;
  return `${result} ${tellAnswer(contents, how).state.state}`;
}

it("is in trade where the lot's stream is proved to be empty, and not known where it isn't shown", async () => {
  expect(await told(label)).toMatch(/^VALID_\w+ IN_TRADE$/);
  expect(await found(label)).toBe("VALID_PROVISIONAL IN_TRADE");
  expect(await found(label, bare)).toBe("VALID_PROVISIONAL UNKNOWN");
});

it("is not in trade by a label with another lot than the log's", async () => {
  expect(await told(labelOf(named, "L1"))).toMatch(/^VALID_\w+ IN_TRADE$/);
  expect(await told(labelOf(named, "L2"))).toBe("SUBJECT_MISMATCH UNKNOWN");
});

it("is recalled at once, before the log has it", async () => {
  const { store, parts } = worker;
  const actor = { kind: "key", id: "k", tenant, scopes: ["capture"] } as const;
  const context = { store, config: parts.config, clock: parts.clock, log: parts.log, actor };
  await recallLot(context as never, { gtin, lot: "L1", reason: "particles" });
  expect(await told(label)).toMatch(/^VALID_\w+ RECALLED$/);
  const codes = [bare, label, labelOf(bare, "L2"), labelOf(packOf("NEVER"), "L1")];
  const checked = await checkPacks({ store, clock: parts.clock }, codes);
  expect(checked.map(({ state }) => state)).toEqual(["IN_TRADE", "RECALLED", "IN_TRADE", "UNKNOWN"]);
});

it("is recalled by its bundle once the log has it, whatever was asked of another label just before", async () => {
  await anchor("recalled");
  expect(await found(label)).toBe("VALID_PROVISIONAL RECALLED");
  const provenance = open();
  const states = [];
  for (const code of [labelOf(bare, "L2"), label, bare]) states.push(await told(code, provenance));
  expect(states.map((one) => one.split(" ")[1])).toEqual(["IN_TRADE", "RECALLED", "IN_TRADE"]);
});

it("is revoked where the contract revokes its lot", async () => {
  const { chain } = log;
  const admin = chain.fundedKey ?? "";
  const data = encodeSetRevoker(gtin, log.account, true);
  const nonce = await nextNonce(chain, accountOf(admin));
  const signed = await signTransaction(chain, keySigner(admin), { to: log.contract, data, nonce });
  await chain.sendRaw(signed.raw);
  await waitForReceipt(chain, signed.hash);
  expect(await worker.round()).toBe(false);
  await rounds();
  expect(await told(label)).toBe("REVOKED RECALLED");
  expect(await told(bare)).toMatch(/^VALID_\w+ IN_TRADE$/);
});
