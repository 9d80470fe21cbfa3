import { sha256 } from "@noble/hashes/sha2.js";
import { AppError } from "#domain/errors.ts";
import { concatBytes, fromBase64, utf8 } from "#domain/log/bytes.ts";
import { canonicalize } from "#domain/log/canonical.ts";
import type { Tx } from "#store/connect.ts";
import { findSigningKey } from "#store/places.ts";
import { checkSignature } from "../check-signature.ts";

/** By which key a document was signed, and whether that key may state times of an outage. */
export interface Signer {
  readonly signedBy: string | null;
  readonly offline: boolean;
}

const header = "Coldmark-Signature";
const form = /^kid=([\w.:-]{1,64});\s*alg=(Ed25519|ES256);\s*sig=([A-Za-z0-9+/]{86}==)$/;

/** What an organisation signs of a document: "coldmark/capture/1" ‖ 0x00 ‖ SHA-256(JCS(document)). */
export function captureToSign(document: unknown): Uint8Array {
  return concatBytes(utf8("coldmark/capture/1"), new Uint8Array(1), sha256(utf8(canonicalize(document))));
}

/**
 * Checks the header `Coldmark-Signature: kid=…;alg=Ed25519;sig=base64` against the organisation's own keys.
 * @throws AppError UNAUTHENTICATED, naming the header, unless the signature holds by a key in force
 */
export async function readSignature(
  tx: Tx,
  tenant: string,
  { document, signature }: { document: unknown; signature: string | undefined },
): Promise<Signer> {
  if (signature === undefined) return { signedBy: null, offline: false };
  const [, kid = "", alg = "", sig = ""] = form.exec(signature.trim()) ?? [];
  if (kid === "") throw refused("is not of the form kid=…;alg=Ed25519;sig=base64");
  const key = await findSigningKey(tx, tenant, kid);
  const holds =
    key !== null &&
    key.alg === alg &&
    checkSignature({ ...key, message: captureToSign(document), signature: decoded(sig) });
  if (!holds) throw refused("does not hold by a key of this organisation that is in force");
  return { signedBy: kid, offline: key.offline };
}

function decoded(base64: string): Uint8Array {
  try {
    return fromBase64(base64);
  } catch {
    throw refused("holds no canonical base64");
  }
}

function refused(why: string): AppError {
  return new AppError("UNAUTHENTICATED", `the header ${header} ${why}`, { header });
}
