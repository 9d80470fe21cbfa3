// A process of its own that anchors what waits in a data folder, once, and says in one line of JSON how it found
// and left the newest anchor job:
// `DATA_DIR=… CHAIN_RPC_URL=… CONTRACT_ADDRESS=… ANCHOR_KEY=… TEST_CRASH_AT=… node test/support/anchor-child.ts NOTE…`.
// Each NOTE is queued for the log first. With CHURN=1 it says `up` instead, and goes on noting and anchoring until it is killed.
import { startAnchor } from "#anchor/run.ts";
import { newestJob } from "#store/anchor-jobs.ts";
import { queueEntry } from "#store/pending-entries.ts";
import { anchorParts, openRecords } from "./anchor-network.ts";

const environment = Object.fromEntries(
  Object.entries(process.env).map(([name, value]) => [name, value ?? ""]),
);
const dataDir = environment.DATA_DIR ?? "";
const store = await openRecords(dataDir);
const stateOfJob = async () => (await store.as({ role: "worker" }, newestJob))?.state ?? null;
const found = await stateOfJob();
const queue = (note: string) => {
  const entry = { subject: `urn:test:${note}`, kind: "note", from: 1, to: 1, body: { note } };
  return store.as({ role: "worker" }, (tx) => queueEntry(tx, entry, Date.now()));
};
for (const note of process.argv.slice(2)) await queue(note);
const chain = { kind: "outside", rpcUrls: [environment.CHAIN_RPC_URL ?? ""], finality: "immediate" } as const;
const anchor = startAnchor(anchorParts(store, dataDir, Date.now, chain, environment));
if (environment.CHURN === "1") {
  process.stdout.write("up\n");
  for (let at = 0; ; at += 1) {
    await queue(`churn-${at}`);
    await anchor.anchorNow();
  }
}
const isFinal = await anchor.anchorNow();
process.stdout.write(`${JSON.stringify({ found, isFinal, left: await stateOfJob(), ...anchor.status() })}\n`);
await anchor.stop();
await store.close();
