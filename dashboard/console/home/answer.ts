import type { EquipmentSummary, Site } from "#api/console-shapes.ts";
import { formatClock, formatShort } from "../../i18n/format.ts";
import type { Liveness } from "../liveness.ts";
import {
  type EquipmentState,
  equipmentStatesWorstFirst,
  type Tone,
  toneOf,
  toneOnceLive,
} from "../states.ts";
import type { Say } from "../words.ts";

/** The answer to "is all well?" in words, with how it looks. */
export interface HomeAnswer {
  readonly tone: Tone;
  readonly sentence: string;
  /** When this was checked, or since when it is not followed any more. */
  readonly note: string;
}

/** What the answer is made from: `checkedMs` is the server's time of the data. */
export interface AnswerFacts {
  readonly sites: readonly Site[];
  readonly liveness: Liveness;
  readonly checkedMs: number;
}

type Wrong = Exclude<EquipmentState, "in-range">;
/** What a clause is said of; of what fell silent too cold or too warm nobody knows how it is now. */
type Trouble = Wrong | "too-cold.silent" | "too-warm.silent";
type Kind = EquipmentSummary["kind"] | "equipment";

/** The answer in one sentence, worst first. Green only when everything is in range and the screen is live. */
export function answerOf({ sites, liveness, checkedMs }: AnswerFacts, say: Say): HomeAnswer {
  const checked = formatClock(checkedMs);
  const now = { tone: worstTone(sites), sentence: sentenceOf(sites, checkedMs, say) };
  if (liveness.live) return { ...now, note: say.text("answer.checked", { checked }) };
  return {
    tone: toneOnceLive(now.tone),
    sentence: say.text("answer.notLive", { clock: formatClock(liveness.sinceMs) }),
    note: say.text("answer.then", { checked, sentence: now.sentence }),
  };
}

function sentenceOf(sites: readonly Site[], checkedMs: number, say: Say): string {
  if (sites.length === 0) return say.text("answer.none");
  const bare = sites.filter(({ equipment }) => equipment.length === 0).length;
  const clauses = [
    ...wrongClauses(sites, checkedMs, say),
    ...(bare > 0 ? [say.count("answer.bare", bare)] : []),
  ];
  const fine = sites.filter(({ state, equipment }) => state === "in-range" && equipment.length > 0).length;
  if (clauses.length === 0) return say.count("answer.allWell", sites.length);
  const wrong = clauses.join(say.text("answer.join"));
  return fine === 0
    ? say.text("answer.wrong", { wrong })
    : say.text("answer.wrongAndFine", { wrong, fine: say.count("answer.fine", fine) });
}

const troubles: readonly Trouble[] = equipmentStatesWorstFirst
  .filter((state): state is Wrong => state !== "in-range")
  .flatMap((state): Trouble[] =>
    state === "too-cold" || state === "too-warm" ? [state, `${state}.silent`] : [state],
  );

/** More kinds of trouble than these in one sentence nobody takes in; the rest is told as a number. */
const clausesMax = 3;

/** "1 refrigerator is too warm now", then "2 have sent nothing": what it is, is said again only when it changes. */
function wrongClauses(sites: readonly Site[], checkedMs: number, say: Say): string[] {
  const all = sites.flatMap(({ equipment }) => equipment);
  const groups = troubles
    .map((key) => ({ key, members: all.filter((one) => troubleOf(one) === key) }))
    .filter(({ members }) => members.length > 0);
  const rest = groups.slice(clausesMax).reduce((sum, { members }) => sum + members.length, 0);
  let told: Kind | null = null;
  const clauses = groups.slice(0, clausesMax).map(({ key, members }) => {
    const kind = kindOf(members);
    const things = say.count(kind === told ? `count.${kind}` : `thing.${kind}`, members.length);
    told = kind;
    return say.count(`answer.${key}`, members.length, {
      things,
      clock: silentClock(members, checkedMs, say),
    });
  });
  return rest === 0 ? clauses : [...clauses, say.count("answer.more", rest)];
}

function troubleOf({ state, silentSince }: EquipmentSummary): Trouble | "in-range" {
  const isOutside = state === "too-cold" || state === "too-warm";
  return isOutside && silentSince !== null ? `${state}.silent` : state;
}

function silentClock([first]: readonly EquipmentSummary[], checkedMs: number, say: Say): string | undefined {
  if (first === undefined || first.silentSince === null) return undefined;
  return formatShort(say.lang, Date.parse(first.silentSince), checkedMs);
}

function kindOf(members: readonly EquipmentSummary[]): Kind {
  const [first, ...others] = new Set(members.map(({ kind }) => kind));
  return first === undefined || others.length > 0 ? "equipment" : first;
}

function worstTone(sites: readonly Site[]): Tone {
  const states = new Set(sites.flatMap(({ equipment }) => equipment.map(({ state }) => state)));
  const tone = toneOf(equipmentStatesWorstFirst.find((state) => states.has(state)) ?? "never-reported");
  return tone === "good" && sites.some(({ equipment }) => equipment.length === 0) ? "open" : tone;
}
