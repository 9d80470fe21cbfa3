import { type FormEvent, useId } from "react";
import type { Chart } from "#api/console-shapes.ts";
import { useWords } from "../use-words.tsx";
import {
  customSearch,
  fromField,
  movedPeriod,
  type Period,
  type PeriodSearch,
  rangeNames,
  toField,
} from "./period.ts";

interface PeriodBarProps {
  readonly period: Period;
  readonly shown: Pick<Chart, "from" | "to"> | undefined;
  readonly go: (search: PeriodSearch) => void;
}

/** Chooses the period: by name, earlier and later, closer and wider, or from a moment to another. */
export function PeriodBar({ period, shown, go }: PeriodBarProps) {
  const { say } = useWords();
  return (
    <div className="period">
      <fieldset className="chips">
        <legend className="hidden">{say.text("period.label")}</legend>
        {rangeNames.map((range) => (
          <button
            key={range}
            type="button"
            aria-pressed={period.kind === "last" && period.name === range}
            onClick={() => go({ range })}
          >
            {say.text(`period.${range}`)}
          </button>
        ))}
      </fieldset>
      <fieldset className="chips" disabled={shown === undefined}>
        <legend className="hidden">{say.text("period.move")}</legend>
        {(["earlier", "later", "in", "out"] as const).map((move) => (
          <button
            key={move}
            type="button"
            onClick={() => shown && go(movedPeriod({ fromMs: shown.from, toMs: shown.to }, move))}
          >
            {say.text(`period.${move}`)}
          </button>
        ))}
      </fieldset>
      <CustomPeriod period={period} shown={shown} go={go} />
    </div>
  );
}

function CustomPeriod({ period, shown, go }: PeriodBarProps) {
  const { say } = useWords();
  const id = useId();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [fromMs, toMs] = [fromField(String(form.get("from"))), fromField(String(form.get("to")))];
    if (fromMs !== null && toMs !== null && fromMs !== toMs)
      go(customSearch(Math.min(fromMs, toMs), Math.max(fromMs, toMs)));
  };
  return (
    <details className="custom" open={period.kind === "custom"}>
      <summary>{say.text("period.custom")}</summary>
      <form onSubmit={submit} key={`${shown?.from}-${shown?.to}`}>
        <label htmlFor={`${id}-from`}>{say.text("period.from")}</label>
        <input
          id={`${id}-from`}
          name="from"
          type="datetime-local"
          required
          defaultValue={shown && toField(shown.from)}
        />
        <label htmlFor={`${id}-to`}>{say.text("period.to")}</label>
        <input
          id={`${id}-to`}
          name="to"
          type="datetime-local"
          required
          defaultValue={shown && toField(shown.to)}
        />
        <button type="submit">{say.text("period.show")}</button>
      </form>
    </details>
  );
}
