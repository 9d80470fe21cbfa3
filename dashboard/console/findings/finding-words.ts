import type { Finding } from "#api/console-shapes.ts";
import type { Facts } from "../../i18n/fill-facts.ts";
import type { Tone } from "../states.ts";
import type { ConsoleKey } from "../words.ts";

/** How something that doesn't add up is told: its title, what happened, what is kept, what to do, how bad it is. */
export interface StoryWords {
  readonly tone: Tone;
  readonly title: ConsoleKey;
  readonly what: ConsoleKey;
  readonly holds: ConsoleKey;
  readonly todo: ConsoleKey;
}

type Kind =
  | "READING_CONFLICT"
  | "SEQ_CONFLICT"
  | "TOO_MANY_BOOTS"
  | "BOOT_BACK"
  | "SEQ_GAP"
  | "SEQ_GAP_FILLED"
  | "DEAD_LETTERS_FULL"
  | "other";
type LogKind = "LOG_FORK" | "LOG_DISAGREE" | "LOG_COSTLY" | "LOG_FUNDS" | "LOG_COPY" | "LOG_DOWN";

const wordsOf = (kind: Kind | LogKind, title: ConsoleKey, tone: Tone = "caution"): StoryWords => ({
  tone,
  title,
  what: `finding.${kind}.what`,
  holds: `finding.${kind}.holds`,
  todo: `finding.${kind}.do`,
});

const other = wordsOf("other", "finding.other");
const stories: Readonly<Record<string, StoryWords>> = {
  READING_CONFLICT: wordsOf("READING_CONFLICT", "finding.READING_CONFLICT"),
  SEQ_CONFLICT: wordsOf("SEQ_CONFLICT", "finding.SEQ_CONFLICT"),
  TOO_MANY_BOOTS: wordsOf("TOO_MANY_BOOTS", "finding.TOO_MANY_BOOTS"),
  BOOT_BACK: wordsOf("BOOT_BACK", "finding.BOOT_BACK"),
  DEAD_LETTERS_FULL: wordsOf("DEAD_LETTERS_FULL", "finding.DEAD_LETTERS_FULL"),
  SEQ_GAP: wordsOf("SEQ_GAP", "finding.SEQ_GAP"),
  SEQ_GAP_FILLED: wordsOf("SEQ_GAP_FILLED", "finding.SEQ_GAP_FILLED", "good"),
  LOG_FORK: wordsOf("LOG_FORK", "state.log-fork", "stop"),
  LOG_DISAGREE: wordsOf("LOG_DISAGREE", "state.log-disagree"),
  LOG_COSTLY: wordsOf("LOG_COSTLY", "state.log-costly"),
  LOG_COPY: wordsOf("LOG_COPY", "state.log-copy", "stop"),
  LOG_FUNDS: wordsOf("LOG_FUNDS", "state.log-funds"),
  LOG_DOWN: wordsOf("LOG_DOWN", "state.log-down"),
};
const logStories = {
  "log-fork": "LOG_FORK",
  "log-disagree": "LOG_DISAGREE",
  "log-costly": "LOG_COSTLY",
  "log-copy": "LOG_COPY",
  "log-funds": "LOG_FUNDS",
  "log-down": "LOG_DOWN",
} as const satisfies Readonly<Record<string, LogKind>>;

/** The words of a kind of finding; those of anything else for a kind that is newer than this page. */
export function findingWords(kind: string): StoryWords {
  return Object.hasOwn(stories, kind) ? (stories[kind] ?? other) : other;
}

/** The words of an alarm about the log itself. */
export function logTroubleWords(kind: keyof typeof logStories): StoryWords {
  return findingWords(logStories[kind]);
}

/** What a finding says in figures, for the blanks of its words. */
export function findingFacts({ kind, subject, detail }: Finding): Facts {
  const { kept, refused, gateway = subject, boot, seq, from, to, messages } = detail as Detail;
  return {
    ...{ kind, gateway, at: kept?.ts, keptC: celsius(kept), refusedC: celsius(refused) },
    // Numbers of messages: as text, or `from` and `to` would be taken for moments.
    ...{ boot: text(boot), seq: text(seq), from: text(from), to: text(to), messages: text(messages) },
  };
}

interface Value {
  readonly ts: number;
  readonly tMilliC: number | null;
}

type Detail = Partial<
  Record<"boot" | "seq" | "from" | "to" | "messages", number> &
    Record<"kept" | "refused", Value> & { gateway: string }
>;

function celsius(value: Value | undefined): number | undefined {
  return typeof value?.tMilliC === "number" ? value.tMilliC / 1000 : undefined;
}

function text(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
