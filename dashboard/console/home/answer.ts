import type { EquipmentSummary, Site } from "#api/console-shapes.ts";
import { formatClock } from "../../i18n/format.ts";
import type { Liveness } from "../liveness.ts";
import { type EquipmentState, statesWorstFirst, type Tone, toneOf } from "../states.ts";
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
type Kind = EquipmentSummary["kind"] | "equipment";

/** The answer in one sentence, worst first. Green only when everything is in range and the screen is live. */
export function answerOf({ sites, liveness, checkedMs }: AnswerFacts, say: Say): HomeAnswer {
  const checked = formatClock(checkedMs);
  const now = { tone: worstTone(sites), sentence: sentenceOf(sites, say) };
  if (liveness.live) return { ...now, note: say.text("answer.checked", { checked }) };
  return {
    tone: now.tone === "stop" || now.tone === "caution" ? "caution" : "open",
    sentence: say.text("answer.notLive", { clock: formatClock(liveness.sinceMs) }),
    note: say.text("answer.then", { checked, sentence: now.sentence }),
  };
}

function sentenceOf(sites: readonly Site[], say: Say): string {
  if (sites.length === 0) return say.text("answer.none");
  const bare = sites.filter(({ equipment }) => equipment.length === 0).length;
  const clauses = [...wrongClauses(sites, say), ...(bare > 0 ? [say.count("answer.bare", bare)] : [])];
  const fine = sites.filter(({ state, equipment }) => state === "in-range" && equipment.length > 0).length;
  if (clauses.length === 0) return say.count("answer.allWell", sites.length);
  const wrong = clauses.join(say.text("answer.join"));
  return fine === 0
    ? say.text("answer.wrong", { wrong })
    : say.text("answer.wrongAndFine", { wrong, fine: say.count("answer.fine", fine) });
}

/** More kinds of trouble than these in one sentence nobody takes in; the rest is told as a number. */
const clausesMax = 3;

/** "1 refrigerator is too warm now", then "2 have sent nothing": what it is, is said again only when it changes. */
function wrongClauses(sites: readonly Site[], say: Say): string[] {
  const all = sites.flatMap(({ equipment }) => equipment);
  const groups = statesWorstFirst
    .filter((state): state is Wrong => state !== "in-range")
    .map((state) => ({ state, members: all.filter((one) => one.state === state) }))
    .filter(({ members }) => members.length > 0);
  const rest = groups.slice(clausesMax).reduce((sum, { members }) => sum + members.length, 0);
  let told: Kind | null = null;
  const clauses = groups.slice(0, clausesMax).map(({ state, members }) => {
    const kind = kindOf(members);
    const things = say.count(kind === told ? `count.${kind}` : `thing.${kind}`, members.length);
    told = kind;
    return say.count(`answer.${state}`, members.length, { things });
  });
  return rest === 0 ? clauses : [...clauses, say.count("answer.more", rest)];
}

function kindOf(members: readonly EquipmentSummary[]): Kind {
  const [first, ...others] = new Set(members.map(({ kind }) => kind));
  return first === undefined || others.length > 0 ? "equipment" : first;
}

function worstTone(sites: readonly Site[]): Tone {
  const states = new Set(sites.flatMap(({ equipment }) => equipment.map(({ state }) => state)));
  const tone = toneOf(statesWorstFirst.find((state) => states.has(state)) ?? "never-reported");
  return tone === "good" && sites.some(({ equipment }) => equipment.length === 0) ? "open" : tone;
}
