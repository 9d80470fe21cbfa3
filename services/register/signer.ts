import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, fromBase64, utf8 } from "#domain/log/bytes.ts";
import { canonicalize } from "#domain/log/canonical.ts";
import type { Register } from "#store/register.ts";
import { checkSignature } from "../check-signature.ts";
import type { Fault } from "./fault.ts";
import type { Network, OrganisationFile } from "./network.ts";

/** What an offline key signs of a register file: "coldmark/register/1" ‖ 0x00 ‖ SHA-256(JCS(file without signatures)). */
export function messageOf(file: object): Uint8Array {
  const { signatures: _, ...signed } = file as Record<string, unknown>;
  return concatBytes(utf8("coldmark/register/1"), new Uint8Array(1), sha256(utf8(canonicalize(signed))));
}

/** The offline keys of an organisation: those enrolled and not revoked, and those this file enrols. */
export function offlineKeys(register: Register, file: OrganisationFile) {
  const enrolled = new Map(register.keys.map((key) => [key.kid, key]));
  const own = [...enrolled.values()].filter(
    ({ ownerKind, revokedAt }) => ownerKind === "device" && revokedAt === null,
  );
  return [...own, ...file.keys.filter(({ kid, offline }) => offline && !enrolled.has(kid))];
}

/** Which offline key of the organisation signed the file, or null; a signature of such a key that is wrong is a fault. */
export function findSigner(
  keys: ReturnType<typeof offlineKeys>,
  signatures: Network["signatures"],
  message: Uint8Array,
): { signer: string | null; faults: Fault[] } {
  const faults: Fault[] = [];
  let signer: string | null = null;
  for (const [at, { kid, sig }] of signatures.entries()) {
    const key = keys.find((each) => each.kid === kid);
    if (key === undefined) continue;
    if (checkSignature({ ...key, message, signature: signatureBytes(sig) })) signer ??= kid;
    else
      faults.push({
        path: `signatures[${at}].sig`,
        message: `is not ${kid}'s signature of this file: sign it again`,
      });
  }
  return { signer, faults };
}

function signatureBytes(text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch {
    return new Uint8Array();
  }
}
