import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Alarm } from "#api/console-shapes.ts";
import { formatDuration, formatShort, formatTemperature } from "../../i18n/format.ts";
import { AlarmIcon } from "../icons.tsx";
import { type Tone, toneOfAlarm, toneOnceLive } from "../states.ts";
import { Table } from "../table.tsx";
import { useWords } from "../use-words.tsx";
import { AcknowledgeDialog } from "./acknowledge-dialog.tsx";
import { Acknowledged } from "./acknowledged.tsx";
import { lastedMs, stageOf } from "./alarm-stage.ts";
import { MoreAbout } from "./more-about.tsx";
import { placesOf } from "./places-of.ts";

interface AlarmTableProps {
  readonly alarms: readonly Alarm[];
  readonly nowMs: number;
  /** On the page of its equipment the place needn't be said again. */
  readonly onEquipment?: boolean;
}

const heads = ["kind", "place", "start", "end", "duration", "extreme", "acknowledged"] as const;
type Head = (typeof heads)[number];

/** Alarms as rows: what, where, from when to when, how far, and who took it up; whoever may, takes it up here. */
export function AlarmTable({ alarms, nowMs, onEquipment = false }: AlarmTableProps) {
  const { say } = useWords();
  const [taken, setTaken] = useState<Alarm | null>(null);
  const [saved, setSaved] = useState("");
  const shown = heads.filter((head) => !onEquipment || head !== "place");
  const take = (alarm: Alarm) => {
    setSaved("");
    setTaken(alarm);
  };
  const rows = alarms.map((alarm) => ({
    key: `${alarm.organisation.id} ${alarm.id}`,
    className: `tone-${shownTone(alarm)} stage-${stageOf(alarm)}`,
    cells: shown.map((head) => (
      <AlarmCell key={head} head={head} alarm={alarm} nowMs={nowMs} take={() => take(alarm)} />
    )),
  }));
  return (
    <>
      <p role="status" className="saved">
        {saved}
      </p>
      <Table
        className="alarms"
        caption={say.text("alarms.title")}
        heads={shown.map((head) => say.text(`alarm.${head}`))}
        rows={rows}
      />
      {taken && (
        <AcknowledgeDialog
          alarm={taken}
          close={() => setTaken(null)}
          saved={() => setSaved(say.text("ack.saved"))}
        />
      )}
    </>
  );
}

/** What is known only from back-fill is to be looked into; it doesn't say how it is now. */
function shownTone({ kind, knownUntil }: Alarm): Tone {
  return knownUntil === null ? toneOfAlarm(kind) : toneOnceLive(toneOfAlarm(kind));
}

interface AlarmCellProps {
  readonly head: Head;
  readonly alarm: Alarm;
  readonly nowMs: number;
  readonly take: () => void;
}

function AlarmCell({ head, alarm, nowMs, take }: AlarmCellProps) {
  switch (head) {
    case "kind":
      return <Kind alarm={alarm} />;
    case "place":
      return <Place alarm={alarm} />;
    case "start":
      return <Moment at={alarm.since} nowMs={nowMs} />;
    case "end":
      return <End alarm={alarm} nowMs={nowMs} />;
    case "duration":
      return <Duration alarm={alarm} nowMs={nowMs} />;
    case "extreme":
      return <Extreme alarm={alarm} />;
    case "acknowledged":
      return <Acknowledged alarm={alarm} nowMs={nowMs} take={take} />;
  }
}

function Kind({ alarm }: { alarm: Alarm }) {
  const { say } = useWords();
  return (
    <span className="state">
      <AlarmIcon kind={alarm.kind} />
      <span>
        {say.text(`state.${alarm.kind}`)}
        <small>{say.text(`stage.${stageOf(alarm)}`)}</small>
        <MoreAbout alarm={alarm} />
      </span>
    </span>
  );
}

function Place({ alarm }: { alarm: Alarm }) {
  const { say } = useWords();
  const { equipment } = alarm;
  const [nearest, ...around] = placesOf(alarm, say);
  if (equipment === null) return <>{nearest}</>;
  return (
    <span>
      <Link to="/equipment/$label" params={{ label: equipment.label }}>
        {nearest}
      </Link>
      <small>{around.join(" · ")}</small>
    </span>
  );
}

function End({ alarm: { until, knownUntil }, nowMs }: { alarm: Alarm; nowMs: number }) {
  const { say } = useWords();
  if (until !== null) return <Moment at={until} nowMs={nowMs} />;
  if (knownUntil === null) return <>{say.text("alarm.ongoing")}</>;
  return (
    <span>
      {say.text("alarm.notKnown")}
      <small>
        {say.text("alarm.notKnownSince", { clock: formatShort(say.lang, Date.parse(knownUntil), nowMs) })}
      </small>
    </span>
  );
}

function Duration({ alarm, nowMs }: { alarm: Alarm; nowMs: number }) {
  const { say } = useWords();
  // A contradiction happens; it doesn't last.
  if (alarm.kind === "integrity") return <>–</>;
  return (
    <span className="figure">
      {formatDuration(say.lang, lastedMs(alarm, nowMs))}
      {alarm.knownUntil !== null && <small>{say.text("alarm.atLeast")}</small>}
    </span>
  );
}

function Moment({ at, nowMs }: { at: string; nowMs: number }) {
  const { say } = useWords();
  return <time dateTime={at}>{formatShort(say.lang, Date.parse(at), nowMs)}</time>;
}

function Extreme({ alarm: { extremeC, limitC } }: { alarm: Alarm }) {
  const { say } = useWords();
  if (extremeC === null) return <>–</>;
  return (
    <span className="figure">
      {formatTemperature(extremeC, limitC === null ? [] : [limitC])}
      {limitC !== null && <small>{say.text("alarm.limit", { limitC })}</small>}
    </span>
  );
}
