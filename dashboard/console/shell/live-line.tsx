import { formatClock } from "../../i18n/format.ts";
import { useWords } from "../use-words.tsx";
import { useLiveSites } from "./use-live.tsx";

/** Whether the screen is live; if not, since when, what that means and what happens next. */
export function LiveLine() {
  const { say } = useWords();
  const { liveness, checkedMs, query } = useLiveSites();
  if (query.data === undefined) return null;
  return (
    // The time of a check that went well is not announced: it changes all the time.
    <p
      role={liveness.live ? undefined : "status"}
      className={`live ${liveness.live ? "tone-good" : "tone-caution"}`}
    >
      {liveness.live
        ? say.text("answer.checked", { checked: formatClock(checkedMs) })
        : `${say.text("answer.notLive", { clock: formatClock(liveness.sinceMs) })} ${say.text("live.down")}`}
    </p>
  );
}
