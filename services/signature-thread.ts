/**
 * The thread that `check-in-thread.ts` starts: checks batches of Ed25519 signatures by libsodium, which takes about half the time
 * that OpenSSL does. Where there is no libsodium for this platform, it ends at once.
 */
import { parentPort } from "node:worker_threads";
import sodium from "sodium-native";
import { unpackChecks } from "./signature-batch.ts";

parentPort?.on("message", (batch: ArrayBuffer) => {
  const holds = Array.from(unpackChecks(batch), ({ signature, message, publicKey }) =>
    Number(sodium.crypto_sign_verify_detached(signature, message, publicKey)),
  );
  parentPort?.postMessage(Uint8Array.from(holds));
});
