import { chainHashes } from "./chain-hashes.ts";

/** Both ends included. */
export type SeqRange = [from: number, to: number];

/** What is durable of one boot: every seq ≤ upTo, those in `also`, and the running hash up to `upTo`. */
export interface Sequence {
  readonly upTo: number;
  readonly also: readonly SeqRange[];
  readonly hash: Uint8Array;
}

/** A message of the boot: its seq and the SHA-256 of its raw payload. */
export interface SequencedHash {
  readonly seq: number;
  readonly sha256: Uint8Array;
}

/** Ranges kept beyond `upTo`; what lies above them is durable too but not claimed until the hole below is filled. */
export const rangesMax = 1_000;

/** A boot of which nothing was heard yet; the running hash starts at 32 zero bytes. */
export const nothingYet: Sequence = { upTo: 0, also: [], hash: new Uint8Array(32) };

/** Whether this seq may have been seen: certain, unless the ranges are full. */
export function mayBeKnown(sequence: Sequence, seq: number): boolean {
  if (seq <= sequence.upTo || isFull(sequence)) return true;
  return sequence.also.some(([from, to]) => from <= seq && seq <= to);
}

/**
 * Notes arrivals in `also`, merged and sorted; `upTo` waits for `moveUp`. What lies above full ranges isn't noted: there may be more
 * between, and ranges tell all that is durable up to the end of the last one.
 */
export function noteArrivals(sequence: Sequence, seqs: Iterable<number>): Sequence {
  return noteRanges(sequence, runsOf(seqs));
}

/** As `noteArrivals`, for arrivals that follow one another. */
export function noteRanges(sequence: Sequence, more: readonly Readonly<SeqRange>[]): Sequence {
  const end = isFull(sequence) ? (sequence.also.at(-1)?.[1] ?? 0) : Number.POSITIVE_INFINITY;
  const near = more.filter(([from]) => from <= end + 1);
  const { upTo } = sequence;
  const ranges = [...sequence.also, ...near].map(([from, to]): SeqRange => [Math.max(from, upTo + 1), to]);
  const above = ranges.filter(([, to]) => to > upTo).sort((a, b) => a[0] - b[0]);
  const merged: SeqRange[] = [];
  for (const [from, to] of above) {
    const last = merged.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return { ...sequence, also: merged.slice(0, rangesMax) };
}

/** Most messages come in order, so that few runs stand for many of them. */
function runsOf(seqs: Iterable<number>): SeqRange[] {
  const runs: SeqRange[] = [];
  let current: SeqRange | null = null;
  for (const seq of seqs) {
    if (current !== null && seq === current[1] + 1) current[1] = seq;
    else {
      current = [seq, seq];
      runs.push(current);
    }
  }
  return runs;
}

/** Whether there may be durable messages above the ranges that these don't tell. */
export function isFull(sequence: Sequence): boolean {
  return sequence.also.length >= rangesMax;
}

/** Whether a message goes on where its boot got to, and fills no hole. */
export function goesOn(sequence: Sequence, seq: number): boolean {
  return seq > (sequence.also.at(-1)?.[1] ?? sequence.upTo);
}

/** How far `upTo` can move now: the end of a range that begins right after it, else `upTo` itself. */
export function reachable(sequence: Sequence): number {
  const first = sequence.also[0];
  return first && first[0] === sequence.upTo + 1 ? first[1] : sequence.upTo;
}

/** Moves `upTo` over messages that follow it without a hole, in order of seq: h(n) = SHA-256(h(n-1) ‖ SHA-256(raw n)). */
export function moveUp(sequence: Sequence, messages: readonly SequencedHash[]): Sequence {
  const chain = chainHashes(sequence.hash);
  let { upTo } = sequence;
  for (const { seq, sha256 } of messages) {
    if (seq !== upTo + 1) break;
    chain.add(sha256);
    upTo = seq;
  }
  const also = sequence.also
    .filter(([, to]) => to > upTo)
    .map(([from, to]): SeqRange => [Math.max(from, upTo + 1), to]);
  return { upTo, also, hash: chain.value() };
}
