import { useEffect, useState } from "react";
import type { Answer } from "#domain/provenance/answer.ts";
import { formatTime } from "../../i18n/format.ts";
import { isWordKey, type Translate } from "../../i18n/words.ts";
import type { CheckOutcome } from "../../scan/browser/run-check.ts";
import { ToneIcon } from "../icons.tsx";
import type { Tone } from "../states.ts";
import { useWords } from "../use-words.tsx";
import { bundlePath } from "./bundle-path.ts";
import type { ProofFindings } from "./check-pack.ts";

const tones: Readonly<Record<CheckOutcome["tone"], Tone>> = {
  running: "open",
  agrees: "good",
  open: "open",
  stop: "stop",
};

interface CheckView {
  readonly outcome: CheckOutcome;
  readonly findings: ProofFindings | null;
}

/** The proof checked in this page, with our help, and what is needed to check it without. */
export function ProofCheck({ answer, tell }: { answer: Answer; tell: Translate }) {
  const { say } = useWords();
  const view = useCheck(answer);
  const tone = view === null ? "open" : tones[view.outcome.tone];
  return (
    <section className={`card check tone-${tone}`} aria-labelledby="check" data-outcome={view?.outcome.tone}>
      <h2 id="check">{say.text("check.title")}</h2>
      <div className="state" role={view?.outcome.loud === true ? "alert" : "status"}>
        <ToneIcon tone={tone} />
        <div>
          {[view?.outcome.sentence ?? tell("check.running"), ...(view?.outcome.details ?? [])].map((line) => (
            <p key={line}>{line}</p>
          ))}
        </div>
      </div>
      {view?.findings && <Findings findings={view.findings} tell={tell} />}
      <p className="note">{tell("check.help")}</p>
      <p>
        <a href={bundlePath(answer)} download="bundle.json">
          {tell("proof.download")}
        </a>{" "}
        ·{" "}
        <a href="/trust.json" download>
          {tell("proof.trust")}
        </a>
      </p>
      <p className="note">
        {say.text("check.alone")}{" "}
        <code className="command">./coldmark verify bundle.json --trust trust.json --rpc URL</code>
      </p>
    </section>
  );
}

/** Runs the check once for each answer and language; the verifier is loaded only here. */
function useCheck(answer: Answer): CheckView | null {
  const { say } = useWords();
  const [view, setView] = useState<CheckView | null>(null);
  useEffect(() => {
    let wanted = true;
    void import("./check-pack.ts").then(({ checkPack }) =>
      checkPack(answer, say.lang, (outcome, findings) => wanted && setView({ outcome, findings })),
    );
    return () => {
      wanted = false;
    };
  }, [answer, say.lang]);
  return view;
}

function Findings({ findings, tell }: { findings: ProofFindings; tell: Translate }) {
  const { say } = useWords();
  const key = `result.${findings.result}`;
  const rows = [
    [tell("proof.result"), `${tell(isWordKey(key) ? key : "result.other")} (${findings.result})`],
    [tell("proof.asOf"), findings.asOf === null ? tell("proof.none") : formatTime(say.lang, findings.asOf)],
    ...findings.reasons.map((reason) => [tell("proof.findings"), reason] as const),
  ] as const;
  return (
    <dl className="facts pairs">
      {rows.map(([name, value]) => (
        <div key={`${name} ${value}`}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
