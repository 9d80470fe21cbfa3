import { toBase64 } from "#domain/log/bytes.ts";
import {
  deadLetterCures,
  type ListedDeadLetter,
  listDeadLetters as listStored,
  topicsOf,
} from "#store/dead-letters.ts";
import type { Context } from "../context.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import { requireView } from "./require-view.ts";

/** A message (`reading` null) or one of its readings that could not be used, with what to do about it. */
export interface ToldDeadLetter {
  readonly id: number;
  /** Epoch ms at which it was set aside. */
  readonly at: number;
  readonly gateway: string;
  /** The topic the message came on; null where the inbox keeps it no longer. */
  readonly topic: string | null;
  readonly reading: number | null;
  readonly reason: string;
  readonly cure: string | null;
  readonly detail: string;
  /** Base64 of the first bytes, at most 4 kB of text; `bytes` is how many there were. */
  readonly payload: string;
  readonly bytes: number;
  /** How often the same came; `lastAt` is the last time, epoch ms. */
  readonly count: number;
  readonly lastAt: number;
}

/** A page, newest first, and the token of the next one, if there is one. */
interface DeadLetterPage {
  readonly deadLetters: readonly ToldDeadLetter[];
  readonly next: string | null;
}

/** 3 bytes make 4 characters of base64: 4,096. */
const payloadBytes = 3_072;

/**
 * The actor's own dead letters. Those of gateways that nobody registered belong to no organisation and are not among them.
 * @throws AppError UNAUTHENTICATED (no scope `admin`, `register` or `console:read`), BAD_REQUEST (a cursor that isn't ours)
 */
export async function listDeadLetters(
  ctx: Context,
  { limit, cursor }: { limit: number; cursor?: string },
): Promise<DeadLetterPage> {
  const tenant = requireView(ctx.actor);
  const [at, id] = cursor === undefined ? [] : readCursor(cursor, 2);
  const after = at === undefined || id === undefined ? {} : { after: { at, id } };
  const rows = await ctx.store.as({ role: "app", tenant }, (tx) =>
    listStored(tx, tenant, { limit: limit + 1, payloadBytes, ...after }),
  );
  const shown = rows.slice(0, limit);
  const ids = shown.map(({ inboxId }) => inboxId);
  const topics = await ctx.store.as({ role: "worker" }, (tx) => topicsOf(tx, ids));
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    deadLetters: shown.map((letter) => tell(letter, topics.get(letter.inboxId) ?? null)),
    next: last === undefined ? null : writeCursor([last.at, last.id]),
  };
}

function tell(letter: ListedDeadLetter, topic: string | null): ToldDeadLetter {
  const { id, at, gateway, readingIndex, reason, detail, payload, bytes, count, lastAt } = letter;
  const cures: Readonly<Record<string, string>> = deadLetterCures;
  return {
    ...{ id, at, gateway, topic, reading: readingIndex, reason },
    cure: Object.hasOwn(cures, reason) ? (cures[reason] ?? null) : null,
    ...{ detail, payload: toBase64(payload), bytes, count, lastAt },
  };
}
