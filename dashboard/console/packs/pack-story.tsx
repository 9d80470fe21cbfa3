import { useMemo } from "react";
import type { Answer, Leg } from "#domain/provenance/answer.ts";
import { formatDate, formatRange } from "../../i18n/format.ts";
import { isWordKey, type Translate, translate } from "../../i18n/words.ts";
import { headline, isBroken, isProved, type Tone } from "../../scan/headline.ts";
import { legFindings, legPlace, legTemperatures } from "../../scan/leg-words.ts";
import { reasonSentences } from "../../scan/reason-list.ts";
import { ToneIcon } from "../icons.tsx";
import { useWords } from "../use-words.tsx";
import type { Say } from "../words.ts";
import { ProofCheck } from "./proof-check.tsx";
import { StepTable } from "./step-table.tsx";

/** The story of a pack as the patient's page tells it, with the partners' names and the proof checked again here. */
export function PackStory({ answer }: { answer: Answer }) {
  const { say } = useWords();
  const { limits } = answer.cold;
  const tell = useMemo(
    () => translate(say.lang, limits === null ? [] : [limits.lowerC, limits.upperC]),
    [say.lang, limits],
  );
  const { key, tone } = headline(answer);
  return (
    <>
      <section className={`answer tone-${tone}`} data-headline={key}>
        <ToneIcon tone={tone} />
        <div>
          <h2 className="sentence">{tell(`headline.${key}.word`)}</h2>
          <p>{say.text(`packs.do.${tone}`)}</p>
          <p className="note">
            {answer.asOf === null ? tell("page.asOfUnknown") : tell("page.asOf", { asOf: answer.asOf })}
          </p>
        </div>
      </section>
      <ProofCheck answer={answer} tell={tell} />
      <ProductFacts answer={answer} tell={tell} />
      <Questions answer={answer} tell={tell} />
      <Way answer={answer} tell={tell} />
      <StepTable answer={answer} tell={tell} />
    </>
  );
}

interface Telling {
  readonly answer: Answer;
  readonly tell: Translate;
}

function ProductFacts({ answer, tell }: Telling) {
  const { say } = useWords();
  const { names, maker, gtin, lot, expiry } = answer.product;
  const rows: (readonly [string, string | null])[] = [
    [tell("match.product"), names && say.name(names)],
    [tell("match.maker"), maker && say.name(maker)],
    [tell("match.gtin"), gtin],
    [tell("match.lot"), lot],
    [tell("match.expiry"), expiry && formatDate(say.lang, expiry)],
    [tell("proof.epc"), answer.epc],
  ];
  return (
    <section className="card" aria-labelledby="product">
      <h2 id="product">{say.text("packs.product")}</h2>
      <dl className="facts pairs">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value ?? <em>{tell("match.missing")}</em>}</dd>
          </div>
        ))}
      </dl>
      {answer.view === "public" && <p className="note">{say.text("packs.publicView")}</p>}
    </section>
  );
}

const stateTones: Readonly<Record<Answer["state"]["state"], Tone>> = {
  IN_TRADE: "good",
  SOLD: "good",
  SOLD_SEVERAL_TIMES: "caution",
  RECALLED: "stop",
  EXPIRED: "stop",
  ON_HOLD: "caution",
  UNKNOWN: "open",
};
const coldTones = { COMPLIANT: "good", EXCURSION: "caution", NOT_DEMONSTRABLE: "open" } as const;

/** The four questions, each answered apart from the others (design §6). */
function Questions({ answer, tell }: Telling) {
  const { say } = useWords();
  const { known, state, cold, proof } = answer;
  const result = `result.${proof.result}`;
  return (
    <section aria-labelledby="questions">
      <h2 id="questions">{tell("question.title")}</h2>
      <div className="questions">
        <Question
          tone={known.state === "UNKNOWN" ? "open" : "good"}
          question={tell("question.known")}
          said={tell(`known.${known.state}`)}
          reasons={reasonSentences(tell, known.reasons)}
        />
        <Question
          tone={stateTones[state.state]}
          question={tell("question.state")}
          said={tell(`state.${state.state}`)}
          reasons={[...reasonSentences(tell, state.reasons), tell("state.scope")]}
        />
        <Question
          tone={coldTones[cold.state]}
          question={tell("question.cold")}
          said={tell(`cold.${cold.state}`)}
          reasons={[...reasonSentences(tell, cold.reasons), limitsIn(answer, tell, say)]}
        />
        <Question
          tone={isProved(proof.result) ? "good" : isBroken(proof.result) ? "stop" : "open"}
          question={tell("question.proof")}
          said={tell(isWordKey(result) ? result : "result.other")}
          reasons={[
            proof.asOf === null ? tell("page.asOfUnknown") : tell("page.asOf", { asOf: proof.asOf }),
            tell(`chain.${proof.chainClass}`),
          ]}
        />
      </div>
    </section>
  );
}

interface QuestionProps {
  readonly tone: Tone;
  readonly question: string;
  readonly said: string;
  readonly reasons: readonly string[];
}

function Question({ tone, question, said, reasons }: QuestionProps) {
  return (
    <article className={`card question tone-${tone}`}>
      <h3>{question}</h3>
      <p className="state">
        <ToneIcon tone={tone} />
        <strong>{said}</strong>
      </p>
      <ul>
        {reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
    </article>
  );
}

function limitsIn({ cold: { limits } }: Answer, tell: Translate, say: Say): string {
  if (limits === null) return tell("cold.limitsUnknown");
  const { lowerC, upperC, maker, stated } = limits;
  return tell("cold.limits", { lowerC, upperC, maker: say.name(maker), statedDate: stated });
}

/** The pack's way leg by leg, each with its evidence. */
function Way({ answer, tell }: Telling) {
  const { legs } = answer.cold;
  return (
    <section className="card" aria-labelledby="way">
      <h2 id="way">{tell("way.title")}</h2>
      {legs.length === 0 ? (
        <p>{tell("way.none")}</p>
      ) : (
        <ol className="legs">
          {legs.map((leg) => (
            <LegItem key={`${leg.from} ${leg.place.kind}`} leg={leg} tell={tell} />
          ))}
        </ol>
      )}
    </section>
  );
}

function LegItem({ leg, tell }: { leg: Leg; tell: Translate }) {
  const { say } = useWords();
  const tone = coldTones[leg.state];
  return (
    <li className={`tone-${tone}`} data-leg={leg.state}>
      <h3>{legPlace(leg, tell)}</h3>
      <p className="note">{formatRange(say.lang, leg.from, leg.to)}</p>
      <p className="state">
        <ToneIcon tone={tone} />
        <strong>{tell(`leg.${leg.state}`)}</strong> {legTemperatures(leg, tell)}
      </p>
      <ul>
        {legFindings(leg, say.lang, tell).map((finding) => (
          <li key={finding}>{finding}</li>
        ))}
        <li>{tell("way.evidenceIs", { evidence: tell(`evidence.${leg.evidence}`) })}</li>
      </ul>
    </li>
  );
}
