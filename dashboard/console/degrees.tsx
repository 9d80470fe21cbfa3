import { formatTemperature } from "../i18n/format.ts";
import { useWords } from "./use-words.tsx";

interface DegreesProps {
  readonly tC: number | null;
  /** A temperature off these limits (°C) is not shown as if it were on them. */
  readonly limits: readonly number[];
  /** Too old to say anything about now: shown in brackets, and said to be the last known. */
  readonly old: boolean;
}

/** A temperature as it was last told. */
export function Degrees({ tC, limits, old }: DegreesProps) {
  const { say } = useWords();
  if (tC === null) return "–";
  const told = formatTemperature(tC, limits);
  if (!old) return told;
  return (
    <span className="old">
      <span className="hidden">{say.text("site.lastKnown")} </span>({told})
    </span>
  );
}
