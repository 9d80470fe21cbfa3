import { Link } from "@tanstack/react-router";
import { memo } from "react";
import type { EquipmentSummary, Site } from "#api/console-shapes.ts";
import { formatClock, formatShort } from "../../i18n/format.ts";
import { Degrees } from "../degrees.tsx";
import { readingAge } from "../equipment/state-sentence.ts";
import { Icon } from "../icons.tsx";
import { type SiteState, type Tone, toneOf, toneOnceLive } from "../states.ts";
import { useWords } from "../use-words.tsx";
import { keyOf } from "./site-key.ts";

interface SiteRowProps {
  readonly site: Site;
  readonly nowMs: number;
  /** When it was so (epoch ms), where it isn't live; null while it is. */
  readonly onceMs: number | null;
  readonly open: boolean;
  readonly toggle: (id: string, open: boolean) => void;
}

function toneIn(state: SiteState, onceMs: number | null): Tone {
  return onceMs === null ? toneOf(state) : toneOnceLive(toneOf(state));
}

/** One site: its state, place, worst equipment and open alarms; opened, each piece of equipment. */
export const SiteRow = memo(function SiteRow({ site, nowMs, onceMs, open, toggle }: SiteRowProps) {
  return (
    <li className={`site tone-${toneIn(site.state, onceMs)}`} data-state={site.state}>
      <details open={open} onToggle={(event) => toggle(keyOf(site), event.currentTarget.open)}>
        <summary>
          <Icon name="chevron" className="chevron" />
          <SiteSummary site={site} nowMs={nowMs} onceMs={onceMs} />
        </summary>
        {open && <EquipmentRows equipment={site.equipment} nowMs={nowMs} onceMs={onceMs} />}
      </details>
    </li>
  );
});

function SiteSummary({ site, nowMs, onceMs }: Pick<SiteRowProps, "site" | "nowMs" | "onceMs">) {
  const { say } = useWords();
  const [worst] = site.equipment;
  const place = [site.city, site.province].flatMap((names) => (names === null ? [] : [say.name(names)]));
  return (
    <>
      <span className="state">
        <StateIcon state={site.state} onceMs={onceMs} />
        <StateWords state={site.state} onceMs={onceMs} />
      </span>
      <span className="place">
        <strong>{say.name(site.names)}</strong>
        <span>{[...new Set(place)].join(say.text("list.join"))}</span>
      </span>
      <span className="units" aria-hidden="true">
        {site.equipment.map((one) => (
          <span key={one.label} className={`unit tone-${toneIn(one.state, onceMs)}`}>
            <StateIcon state={one.state} onceMs={onceMs} />
          </span>
        ))}
      </span>
      <span className="degrees">{worst && <Newest equipment={worst} />}</span>
      <span className="age">{worst && readingAge(worst, nowMs, say)}</span>
      <span className="alarms">
        {site.openAlarms > 0 && (
          <>
            <Icon name="bell" /> {say.count("site.alarms", site.openAlarms)}
          </>
        )}
      </span>
    </>
  );
}

interface StateProps extends Pick<SiteRowProps, "onceMs"> {
  readonly state: SiteState;
}

/** What was in range when it was last live has no sign of being so now. */
function StateIcon({ state, onceMs }: StateProps) {
  return <Icon name={onceMs !== null && state === "in-range" ? "question" : state} />;
}

function StateWords({ state, onceMs }: StateProps) {
  const { say } = useWords();
  const told = say.text(`state.${state}`);
  if (onceMs === null) return <span>{told}</span>;
  return <span>{say.text("site.once", { state: told, clock: formatClock(onceMs) })}</span>;
}

interface EquipmentRowsProps extends Pick<SiteRowProps, "nowMs" | "onceMs"> {
  readonly equipment: readonly EquipmentSummary[];
}

function EquipmentRows({ equipment, nowMs, onceMs }: EquipmentRowsProps) {
  const { say } = useWords();
  return (
    <ul className="equipment">
      {equipment.map((one) => (
        <li key={one.label} className={`tone-${toneIn(one.state, onceMs)}`}>
          <Link to="/equipment/$label" params={{ label: one.label }}>
            {say.name(one.names)}
          </Link>
          <span className="state">
            <StateIcon state={one.state} onceMs={onceMs} />
            <span>
              <StateWords state={one.state} onceMs={onceMs} />
              {one.since !== null && one.state !== "in-range" && (
                <small>
                  {" "}
                  {say.text("site.since", { clock: formatShort(say.lang, Date.parse(one.since), nowMs) })}
                </small>
              )}
            </span>
          </span>
          <span className="degrees">
            <Newest equipment={one} />
          </span>
          <span className="age">{readingAge(one, nowMs, say)}</span>
          <span className="points">{say.count("site.points", one.points)}</span>
        </li>
      ))}
    </ul>
  );
}

function Newest({
  equipment: { tC, lowerLimitC, upperLimitC, state, silentSince },
}: {
  equipment: EquipmentSummary;
}) {
  return (
    <Degrees tC={tC} limits={[lowerLimitC, upperLimitC]} old={state === "no-data" || silentSince !== null} />
  );
}
