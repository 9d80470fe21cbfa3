import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Alarm } from "#api/console-shapes.ts";
import { meQuery } from "../queries.ts";
import { useWords } from "../use-words.tsx";

/** The way to what happened, for alarms whose row doesn't say it; findings are shown to their own organisation only. */
export function MoreAbout({ alarm: { kind, organisation } }: { alarm: Alarm }) {
  const { say } = useWords();
  const { data: me } = useQuery(meQuery);
  const isOwn = me?.organisation.id === organisation.id;
  if (kind === "integrity") return isOwn ? <Link to="/findings">{say.text("alarm.what")}</Link> : null;
  return kind.startsWith("log-") ? <Link to="/log">{say.text("alarm.what")}</Link> : null;
}
