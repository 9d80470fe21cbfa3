import { checkInThread } from "./check-in-thread.ts";
import { checkInPool, type SignatureCheck } from "./check-signature.ts";
import { isBatchable } from "./signature-batch.ts";

const checkEd25519 = checkInThread(new URL("./signature-thread.ts", import.meta.url), checkInPool);

/**
 * As `checkSignature`, beside this thread: Ed25519 by libsodium, which takes about half of OpenSSL's time, in a thread of its own; ES256,
 * and Ed25519 on a platform that sodium-native has no binary for, by OpenSSL. Both take the same signatures.
 */
export function checkSignatureAside(check: SignatureCheck): Promise<boolean> {
  return isBatchable(check) ? checkEd25519(check) : checkInPool(check);
}
