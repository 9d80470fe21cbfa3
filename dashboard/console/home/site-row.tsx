import { Link } from "@tanstack/react-router";
import { memo } from "react";
import type { EquipmentSummary, Site } from "#api/console-shapes.ts";
import { formatShort } from "../../i18n/format.ts";
import { Degrees } from "../degrees.tsx";
import { readingAge } from "../equipment/state-sentence.ts";
import { Icon } from "../icons.tsx";
import { toneOf } from "../states.ts";
import { useWords } from "../use-words.tsx";
import { keyOf } from "./site-key.ts";

interface SiteRowProps {
  readonly site: Site;
  readonly nowMs: number;
  readonly open: boolean;
  readonly toggle: (id: string, open: boolean) => void;
}

/** One site: its state, place, worst equipment and open alarms; opened, each piece of equipment. */
export const SiteRow = memo(function SiteRow({ site, nowMs, open, toggle }: SiteRowProps) {
  return (
    <li className={`site tone-${toneOf(site.state)}`} data-state={site.state}>
      <details open={open} onToggle={(event) => toggle(keyOf(site), event.currentTarget.open)}>
        <summary>
          <Icon name="chevron" className="chevron" />
          <SiteSummary site={site} nowMs={nowMs} />
        </summary>
        {open && <EquipmentRows equipment={site.equipment} nowMs={nowMs} />}
      </details>
    </li>
  );
});

function SiteSummary({ site, nowMs }: Pick<SiteRowProps, "site" | "nowMs">) {
  const { say } = useWords();
  const [worst] = site.equipment;
  const place = [site.city, site.province].flatMap((names) => (names === null ? [] : [say.name(names)]));
  return (
    <>
      <span className="state">
        <Icon name={site.state} />
        <span>{say.text(`state.${site.state}`)}</span>
      </span>
      <span className="place">
        <strong>{say.name(site.names)}</strong>
        <span>{[...new Set(place)].join(say.text("list.join"))}</span>
      </span>
      <span className="units" aria-hidden="true">
        {site.equipment.map((one) => (
          <span key={one.label} className={`unit tone-${toneOf(one.state)}`}>
            <Icon name={one.state} />
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

function EquipmentRows({ equipment, nowMs }: { equipment: readonly EquipmentSummary[]; nowMs: number }) {
  const { say } = useWords();
  return (
    <ul className="equipment">
      {equipment.map((one) => (
        <li key={one.label} className={`tone-${toneOf(one.state)}`}>
          <Link to="/equipment/$label" params={{ label: one.label }}>
            {say.name(one.names)}
          </Link>
          <span className="state">
            <Icon name={one.state} />
            <span>
              {say.text(`state.${one.state}`)}
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

function Newest({ equipment: { tC, lowerLimitC, upperLimitC, state } }: { equipment: EquipmentSummary }) {
  return <Degrees tC={tC} limits={[lowerLimitC, upperLimitC]} old={state === "no-data"} />;
}
