import { getBytes, Interface, id, solidityPackedKeccak256 } from "ethers";
import artifact from "#contracts/ColdmarkLog.json" with { type: "json" };
import { AppError } from "#domain/errors.ts";

const abi = new Interface(artifact.abi);
const frozenBit = 1n;
const retiredBit = 2n;

/** The newest head of a log on chain; at size 0 the root is 32 zero bytes and `anchoredAtS` is 0. */
export interface Head {
  readonly root: Uint8Array;
  readonly size: bigint;
  readonly publisher: string;
  /** Seconds since 1970, as the seal's digest holds it. */
  readonly anchoredAtS: number;
  readonly frozen: boolean;
  readonly retired: boolean;
}

/** A lot's recall on chain, in seconds since 1970; `sinceS` 0 = never recalled, `untilS` 0 = not lifted. */
export interface Revocation {
  readonly sinceS: number;
  readonly untilS: number;
  readonly reason: number;
}

/** A refusal of the contract: the custom error's name and its facts by name. */
export interface Refusal {
  readonly name: string;
  readonly facts: Readonly<Record<string, string>>;
}

/** The contract's id of a log: keccak256 of its origin, 0x-hex. */
export function logIdOf(origin: string): string {
  return id(origin);
}

/** What a recall names: keccak256("lot" ‖ 0x00 ‖ GTIN ‖ 0x00 ‖ lot), the GTIN in 14 digits, 0x-hex (design §5). */
export function lotSubject(gtin: string, lot: string): string {
  const types = ["string", "bytes1", "string", "bytes1", "string"];
  return solidityPackedKeccak256(types, ["lot", "0x00", gtin, "0x00", lot]);
}

/** Creation code of the contract with its two roles, 0x-hex. */
export function encodeDeployment(admin: string, registrar: string): string {
  return artifact.bytecode + abi.encodeDeploy([admin, registrar]).slice(2);
}

/** Call data that opens the log of an origin; registrar only. */
export function encodeRegister(origin: string, publisher: string): string {
  return abi.encodeFunctionData("register", [origin, publisher]);
}

/**
 * Call data that moves a head to `newSize`; `proof` is the RFC 9162 consistency proof, empty from size 0.
 * @throws AppError INTERNAL on a root of zeros: no tree has it, and a log that began with it could never go on
 */
export function encodeExtend(
  logId: string,
  extension: { newSize: bigint; newRoot: Uint8Array; proof: readonly Uint8Array[] },
): string {
  const { newSize, newRoot, proof } = extension;
  if (newRoot.every((byte) => byte === 0)) throw new AppError("INTERNAL", "a tree's root is never zero");
  return abi.encodeFunctionData("extend", [logId, newSize, newRoot, proof]);
}

/** Call data that recalls a lot; `gtin` in 14 digits, `reason` 0…65535. */
export function encodeRevoke(gtin: string, lot: string, reason: number): string {
  return abi.encodeFunctionData("revoke", [gtin, lot, reason]);
}

/** Call data that says whether an account may recall lots of a GTIN (14 digits); admin only. */
export function encodeSetRevoker(gtin: string, revoker: string, allowed: boolean): string {
  return abi.encodeFunctionData("setRevoker", [gtin, revoker, allowed]);
}

/** Call data that asks whether an account may recall lots of a GTIN (14 digits). */
export function encodeIsRevoker(gtin: string, account: string): string {
  return abi.encodeFunctionData("isRevoker", [gtin, account]);
}

/** The answer to `encodeIsRevoker`. */
export function decodeIsRevoker(answer: string): boolean {
  return abi.decodeFunctionResult("isRevoker", answer)[0] === true;
}

/** Call data that reads a log's head. */
export function encodeHead(logId: string): string {
  return abi.encodeFunctionData("head", [logId]);
}

/** The answer to `encodeHead`; null where no log of that id is registered. */
export function decodeHead(answer: string): Head | null {
  const { root, size, publisher, anchoredAt, flags } = abi.decodeFunctionResult("head", answer);
  if (BigInt(publisher) === 0n) return null;
  return {
    root: getBytes(root),
    size,
    publisher,
    anchoredAtS: Number(anchoredAt),
    frozen: (flags & frozenBit) !== 0n,
    retired: (flags & retiredBit) !== 0n,
  };
}

/** Call data that reads the seals of UTC days (seconds / 86400), both ends included, at most 400. */
export function encodeSeals(logId: string, fromDay: number, toDay: number): string {
  return abi.encodeFunctionData("seals", [logId, fromDay, toDay]);
}

/** The answer to `encodeSeals`: for each day its seal's digest, or null where the day has none. */
export function decodeSeals(answer: string): (Uint8Array | null)[] {
  const [digests] = abi.decodeFunctionResult("seals", answer);
  return Array.from(digests as string[], (digest) => (BigInt(digest) === 0n ? null : getBytes(digest)));
}

/** Call data that reads the recall of a subject, see `lotSubject`. */
export function encodeRevocation(subject: string): string {
  return abi.encodeFunctionData("revocation", [subject]);
}

/** The answer to `encodeRevocation`. */
export function decodeRevocation(answer: string): Revocation {
  const { since, until, reason } = abi.decodeFunctionResult("revocation", answer);
  return { sinceS: Number(since), untilS: Number(until), reason: Number(reason) };
}

/** What the contract said in refusing, from the error data of a call; null where it isn't one of its errors. */
export function decodeRefusal(data: unknown): Refusal | null {
  const known = parseError(data);
  if (known === null) return null;
  const facts = known.fragment.inputs.map((input, i) => [input.name, String(known.args[i])]);
  return { name: known.name, facts: Object.fromEntries(facts) };
}

/** ethers throws on what is no error data at all, or a known error's cut short. */
function parseError(data: unknown): ReturnType<Interface["parseError"]> {
  try {
    return abi.parseError(String(data));
  } catch {
    return null;
  }
}
