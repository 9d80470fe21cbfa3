/** The answer about one pack: its bundle, checked by the very verifier that strangers use, then told. */
import { lotInCode } from "#domain/codes/lot-in-code.ts";
import { AppError } from "#domain/errors.ts";
import type { Bundle } from "#domain/log/bundle.ts";
import { streamOf } from "#domain/log/entry.ts";
import { type ProvedContents, type Verification, verifyBundle } from "#domain/log/verify.ts";
import type { Answer } from "#domain/provenance/answer.ts";
import { type Told, tellAnswer } from "#domain/provenance/tell-answer.ts";
import { findPackStatus, isLotRecalled, listOrganisationNames } from "#store/stretches.ts";
import { fastSha256 } from "../log/fast-sha256.ts";
import { buildBundle } from "./build-bundle.ts";
import { HeadsTrees } from "./heads-trees.ts";
import { KeptAnswers } from "./kept-answers.ts";
import type { PackQuestion, ProvenanceParts } from "./parts.ts";

/** Answers questions about packs and hands out their bundles. */
export interface Provenance {
  /** The four answers; never throws for an unknown code. */
  answerFor(question: PackQuestion): Promise<Answer>;
  /** The proof bundle as JSON text; null before the first anchor. */
  bundleFor(question: PackQuestion): Promise<string | null>;
}

/** Provenance over the given parts; heads trees of anchored sizes are kept between questions, verdicts for seconds. */
export function openProvenance(parts: ProvenanceParts): Provenance {
  const trees = new HeadsTrees(parts.tiles);
  const refuse = () => new AppError("UNAVAILABLE", "too many packs are being checked just now");
  const answers = new KeptAnswers<Answer>(refuse);
  const bundles = new KeptAnswers<string | null>(refuse);
  const keyOf = ({ epc, code, view }: PackQuestion) => JSON.stringify([epc, code, view]);
  return {
    answerFor: (question) =>
      answers.get(keyOf(question), async () => {
        const bundle = await buildBundle(parts, trees, question);
        const live = await liveStateOf(parts, question);
        const answer = tell(parts, question, await check(parts, question, bundle), live);
        return question.view === "partner" ? await nameSteps(parts, answer) : answer;
      }),
    bundleFor: (question) =>
      bundles.get(keyOf(question), async () => {
        const bundle = await buildBundle(parts, trees, question);
        return bundle === null ? null : JSON.stringify(bundle);
      }),
  };
}

async function check(
  parts: ProvenanceParts,
  { code }: PackQuestion,
  bundle: Bundle | null,
): Promise<Verification> {
  const trust = parts.trust();
  if (bundle === null || trust === null) {
    return { result: "NOT_ANCHORED_YET", asOf: null, reasons: ["nothing is anchored yet"], contents: null };
  }
  const rpc = parts.rpc();
  if (rpc === null) {
    const offline = await verifyBundle(JSON.stringify(bundle), { trust, code, sha256: fastSha256 });
    return { ...offline, result: offline.contents === null ? offline.result : "CHAIN_UNREACHABLE" };
  }
  return await verifyBundle(JSON.stringify(bundle), { trust, code, rpc, sha256: fastSha256 });
}

/** What is recorded but perhaps not sealed yet; where no statement names the lot, the code may carry it. */
async function liveStateOf(
  parts: ProvenanceParts,
  { epc, code }: PackQuestion,
): Promise<NonNullable<Told["live"]>> {
  return await parts.store.as({ role: "worker" }, async (tx) => {
    const status = await findPackStatus(tx, epc);
    const lot = status?.lot ?? lotInCode(code);
    const gtin = status?.gtin ?? /\/01\/(\d{14})\//.exec(epc)?.[1] ?? null;
    const recalled = gtin !== null && lot !== null && (await isLotRecalled(tx, gtin, lot));
    return { seen: status !== null, soldCount: status?.sold ?? 0, recalled };
  });
}

/** The partner view names who stated each step; the public sees an alias. */
async function nameSteps({ store }: ProvenanceParts, answer: Answer): Promise<Answer> {
  const known = await store.as({ role: "worker" }, listOrganisationNames);
  const names = new Map(
    known.map(({ label, names }) => [streamOf(`urn:coldmark:organisation:${label}`), names]),
  );
  const steps = answer.steps.map((step) => {
    const organisation = names.get(step.org);
    return organisation === undefined ? step : { ...step, organisation };
  });
  return { ...answer, steps };
}

function tell(
  parts: ProvenanceParts,
  { epc, code, view }: PackQuestion,
  { result, asOf, reasons, contents }: Verification,
  live: NonNullable<Told["live"]>,
): Answer {
  const chainClass = parts.trust()?.chainClass ?? "operator";
  return tellAnswer(contents ?? nothingProved(epc, view, result), {
    code,
    view,
    result,
    asOf,
    chainClass,
    reasons,
    live,
  });
}

/** Before the first anchor what is recorded is all there is; of a bundle that doesn't hold nothing is known to be shown. */
function nothingProved(
  subject: string,
  view: ProvedContents["view"],
  result: Verification["result"],
): ProvedContents {
  const stream = streamOf(subject);
  const empty = { stream, from: 0, present: false, entries: [], endsAt: null, seen: [] };
  const streams = new Map(result === "NOT_ANCHORED_YET" ? [[stream, empty] as const] : []);
  return { subject, view, lot: null, streams, references: new Map(), profiles: [] };
}
