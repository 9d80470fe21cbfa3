/**
 * The proof bundle, version 1 (design §5): everything a verifier needs except the trust file, the code and an RPC.
 * Root and size of the newest anchor stand once, in the signed checkpoint; what a verifier recomputes is left out.
 */
import type { Opening } from "./entry.ts";
import type { HeadsProof } from "./prefix-tree.ts";

/** A sealed reading: [measuring point, device time ms, milli-°C or null, sensor fault or null]. */
export type ReadingRow = readonly [point: string, ts: number, tMilliC: number | null, err: string | null];

/** An opened entry; a window that leaves the limits or holds a custody edge travels with its readings. */
export interface OpenedEntry extends Opening {
  readonly readings?: readonly ReadingRow[];
}

/** An entry of a stretch: opened, body erased (header with the body's hash), or not opened at all. */
export type StretchEntry =
  | OpenedEntry
  | {
      readonly salt: string;
      readonly header: {
        readonly kind: string;
        readonly from: number;
        readonly to: number;
        readonly body: string;
      };
    }
  | { readonly commit: string };

/** The `heads` entry that closes an anchored tree, with its inclusion path (hex) to that tree's root. */
export interface HeadsLeaf {
  readonly seq: number;
  readonly prev: string;
  readonly opening: Opening;
  readonly path: readonly string[];
}

/** Consecutive entries of one stream from sequence `from`; it ends at the newest heads or at a day's. */
export interface Stretch {
  readonly stream: string;
  readonly from: number;
  readonly prev: string;
  readonly entries: readonly StretchEntry[];
  /** Where the stretch ends: the newest anchored heads, or the heads sealed for that UTC day number. */
  readonly end: "newest" | number;
  readonly head: HeadsProof;
}

/** One UTC day's seal: the replaced head as the contract keeps it, and what its heads said of each stream. */
export interface DayProof {
  readonly day: number;
  readonly size: number;
  readonly root: string;
  readonly anchoredAt: number;
  readonly heads: HeadsLeaf;
  readonly streams: Readonly<Record<string, HeadsProof>>;
}

/** What every kind of bundle proves its streams by. */
export interface Proofs {
  readonly checkpoint: string;
  readonly heads: HeadsLeaf;
  readonly anchor: { readonly tx: string | null };
  readonly days: readonly DayProof[];
  readonly streams: readonly Stretch[];
  /** Entries named by hash from inside a stretch (an equipment's roster that lies before it), with their place. */
  readonly references: readonly {
    readonly stream: string;
    readonly seq: number;
    readonly prev: string;
    readonly opening: Opening;
  }[];
}

/** Proof bundle v1 for one pack. */
export interface Bundle extends Proofs {
  readonly v: 1;
  readonly subject: string;
  readonly view: "public" | "partner";
}

/** Handed out apart from bundles and pinned by the verifier (design §5): a bundle chooses none of this. */
export interface TrustFile {
  readonly chainId: number;
  readonly contract: string;
  readonly codeHash: string;
  readonly logId: string;
  /** C2SP verifier keys, `name+hash+base64(0x01‖public key)`. */
  readonly logKeys: readonly string[];
  readonly chainClass: "operator" | "consortium" | "public";
  readonly profiles: readonly { readonly name: string; readonly version: number }[];
  readonly witnesses?: readonly string[];
}

/** Every way a check can end; never "tampered" for "not found". */
export type VerificationResult =
  | "VALID_FINAL"
  | "VALID_PROVISIONAL"
  | "NOT_ANCHORED_YET"
  | "ANCHOR_UNPROVED"
  | "STALE"
  | "REVOKED"
  | "KEY_UNKNOWN"
  | "SUBJECT_MISMATCH"
  | "TAMPERED"
  | "BAD_PATH"
  | "BAD_SIGNATURE"
  | "FORK_DETECTED"
  | "CHAIN_UNREACHABLE"
  | "MALFORMED";
