import { useQuery } from "@tanstack/react-query";
import type { Alarm } from "#api/console-shapes.ts";
import { formatShort } from "../../i18n/format.ts";
import { meQuery } from "../queries.ts";
import { useWords } from "../use-words.tsx";
import { placesOf } from "./places-of.ts";

interface AcknowledgedProps {
  readonly alarm: Alarm;
  readonly nowMs: number;
  readonly take: () => void;
}

/** Who took an alarm up, what was done, why and when; or the way to do so, for those who may. */
export function Acknowledged({ alarm, nowMs, take }: AcknowledgedProps) {
  const { say } = useWords();
  const { data: me } = useQuery(meQuery);
  const { acknowledged } = alarm;
  if (acknowledged !== null) {
    const { action, reason, by, at } = acknowledged;
    return (
      <span>
        <strong>{say.text(`action.${action}`)}</strong> · {reason}
        <small>{say.text("alarm.by", { by, clock: formatShort(say.lang, Date.parse(at), nowMs) })}</small>
      </span>
    );
  }
  if (me?.mayAcknowledge !== true) return <>{say.text("alarm.nobodyYet")}</>;
  return (
    <button type="button" onClick={take}>
      {say.text("alarm.acknowledge")}
      <span className="hidden">
        {" "}
        {[say.text(`state.${alarm.kind}`), ...placesOf(alarm, say)].join(say.text("list.join"))}
      </span>
    </button>
  );
}
