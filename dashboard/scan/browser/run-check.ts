import type { Answer, ProofAnswer } from "#domain/provenance/answer.ts";
import { type FilledFacts, fill } from "../../i18n/fill.ts";
import { isBroken, isProved, type Tone } from "../headline.ts";
import { type VerdictSummary, verdictSummary } from "../verdict-summary.ts";

/** What the server wrote beside its answer: the verdict to compare with, and the sentences to say. */
export interface CheckSettings {
  readonly bundle: string;
  readonly trust: string;
  readonly server: VerdictSummary;
  readonly words: Readonly<Record<string, string>>;
}

/** What a proof gave when it was checked here; `answer` is null when nothing could be recomputed. */
export interface Checked {
  readonly result: ProofAnswer["result"];
  readonly answer: Answer | null;
}

/** The parts that reach out: fetching, and the same verifier as on the command line. */
export interface CheckParts {
  fetchText(url: string): Promise<string>;
  check(bundle: string, trust: string): Promise<Checked>;
}

/** What the page shows; `loud` interrupts a screen reader (role="alert"). Agreeing with a bad verdict is not green. */
export interface CheckOutcome {
  readonly tone: "running" | "agrees" | Extract<Tone, "open" | "stop">;
  readonly sentence: string;
  readonly details: readonly string[];
  readonly loud: boolean;
}

const questions = ["known", "state", "cold"] as const;

/** Fetches, checks, compares with the server's verdict and shows each step; never throws, never turns silence into a yes. */
export async function runCheck(
  settings: CheckSettings,
  parts: CheckParts,
  show: (outcome: CheckOutcome) => void,
): Promise<void> {
  show({ tone: "running", sentence: say(settings, "check.running"), details: [], loud: false });
  let texts: [string, string];
  try {
    texts = await Promise.all([parts.fetchText(settings.bundle), parts.fetchText(settings.trust)]);
  } catch {
    show(open(say(settings, "check.failedFetch")));
    return;
  }
  try {
    show(outcomeOf(settings, await parts.check(...texts)));
  } catch {
    show(open(say(settings, "check.failed")));
  }
}

function outcomeOf(settings: CheckSettings, { result, answer }: Checked): CheckOutcome {
  const here = answer === null ? null : verdictSummary(answer);
  const details = here === null ? [] : differences(settings, here);
  if (details.length > 0)
    return { tone: "stop", sentence: say(settings, "check.differs"), details, loud: true };
  const word = { result: say(settings, `result.${result}`) };
  if (isProved(result) && here !== null) {
    const newer = isNewer(settings.server, here) ? [say(settings, "check.newer")] : [];
    return { tone: "agrees", sentence: say(settings, "check.agrees", word), details: newer, loud: false };
  }
  const broken = isBroken(result);
  return {
    tone: broken ? "stop" : "open",
    sentence: say(settings, "check.unproved", word),
    details: [],
    loud: broken,
  };
}

function differences(settings: CheckSettings, here: VerdictSummary): string[] {
  const { server } = settings;
  return questions
    .filter((name) => (name === "state" ? isStateDifferent(server, here) : server[name] !== here[name]))
    .map((name) =>
      say(settings, "check.difference", {
        question: say(settings, `question.${name}`),
        server: told(settings, name, server),
        here: told(settings, name, here),
      }),
    );
}

function isStateDifferent(server: VerdictSummary, here: VerdictSummary): boolean {
  const same = server.state === here.state && server.soldCount === here.soldCount;
  return !same && !isNewer(server, here);
}

/** A sale or recall of the last minutes is told before it is sealed: the server may know worse, never better. */
function isNewer(server: VerdictSummary, here: VerdictSummary): boolean {
  const recalled = server.state === "RECALLED" && here.state !== "RECALLED";
  const sold =
    server.soldCount > here.soldCount && (server.state === "SOLD" || server.state === "SOLD_SEVERAL_TIMES");
  return here.state !== "UNKNOWN" && server.soldCount >= here.soldCount && (recalled || sold);
}

function told(settings: CheckSettings, name: (typeof questions)[number], verdict: VerdictSummary): string {
  const word = say(settings, `${name}.${verdict[name]}`);
  return name === "state" && verdict.soldCount > 1 ? `${word} (${verdict.soldCount})` : word;
}

function open(sentence: string): CheckOutcome {
  return { tone: "open", sentence, details: [], loud: false };
}

function say({ words }: CheckSettings, key: string, facts: FilledFacts = {}): string {
  return fill(words[key] ?? words["result.other"] ?? key, facts);
}
