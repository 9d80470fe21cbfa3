/** Roots over readings in columns: the same as `readingsRoot` gives over rows, without a text for each reading. */
import { toHex, utf8 } from "./bytes.ts";
import { hashCanonical } from "./hash-canonical.ts";
import { JsonRoom } from "./json-room.ts";
import { leafPrefix, type Sha256, treeRoot } from "./merkle.ts";
import { type ReadingColumns, type ReadingSpan, rowAt } from "./reading-columns.ts";

const [open, comma, close] = [0x5b, 0x2c, 0x5d];
const nothing = utf8("null");
/** What a reading takes beside its two texts: two integers of 17 characters at most, and six more. */
const besideTexts = 40;

/** Hashes readings of columns; `sha256` must not keep the bytes that it is given. */
export class ReadingLeaves {
  readonly #columns: ReadingColumns;
  readonly #sha256: Sha256;
  /** Each text as JSON in UTF-8; null where it has none. */
  readonly #texts: readonly (Uint8Array | null)[];
  /** The place of each text among all in order of their UTF-16 units. */
  readonly #ranks: Uint32Array;
  readonly #room: JsonRoom;

  constructor(columns: ReadingColumns, sha256: Sha256) {
    this.#columns = columns;
    this.#sha256 = sha256;
    this.#texts = columns.texts.map((text) => (text.isWellFormed() ? utf8(JSON.stringify(text)) : null));
    this.#ranks = ranksOf(columns.texts);
    const longest = this.#texts.reduce((most, text) => Math.max(most, text?.length ?? 0), nothing.length);
    this.#room = new JsonRoom(besideTexts + 2 * longest);
  }

  /** The root that seals the readings of a span, in order of measuring point and time (design §5), hex. */
  root({ first, end }: Pick<ReadingSpan, "first" | "end">): string {
    const { points, times } = this.#columns;
    const ranks = this.#ranks;
    const rank = (at: number) => ranks[points[at] as number] as number;
    const order = Uint32Array.from({ length: end - first }, (_, index) => first + index);
    order.sort((a, b) => rank(a) - rank(b) || (times[a] as number) - (times[b] as number) || a - b);
    return toHex(
      treeRoot(
        Array.from(order, (at) => this.#leaf(at)),
        this.#sha256,
      ),
    );
  }

  #leaf(at: number): Uint8Array {
    const { points, times, milliC, faults } = this.#columns;
    const [ts, t, fault] = [times[at] as number, milliC[at] as number, faults[at] as number];
    const point = this.#texts[points[at] as number] ?? null;
    const err = fault === -1 ? nothing : (this.#texts[fault] ?? null);
    const isSimple = Number.isSafeInteger(ts) && (Number.isNaN(t) || Number.isSafeInteger(t));
    if (point === null || err === null || !isSimple)
      return hashCanonical(leafPrefix, rowAt(this.#columns, at), this.#sha256);
    const room = this.#room;
    room.clear();
    room.bytes(leafPrefix);
    room.byte(open);
    room.bytes(point);
    room.byte(comma);
    room.integer(ts);
    room.byte(comma);
    if (Number.isNaN(t)) room.bytes(nothing);
    else room.integer(t);
    room.byte(comma);
    room.bytes(err);
    room.byte(close);
    return this.#sha256(room.view());
  }
}

function ranksOf(texts: readonly string[]): Uint32Array {
  const order = texts.map((text, number) => ({ text, number })).sort((a, b) => (a.text < b.text ? -1 : 1));
  const ranks = new Uint32Array(texts.length);
  for (const [rank, { number }] of order.entries()) ranks[number] = rank;
  return ranks;
}
