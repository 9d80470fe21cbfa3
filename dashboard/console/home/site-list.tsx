import { useLayoutEffect, useState } from "react";
import type { Site } from "#api/console-shapes.ts";
import { useWords } from "../use-words.tsx";
import { keyOf } from "./site-key.ts";
import { SiteRow } from "./site-row.tsx";

interface SiteListProps {
  readonly sites: readonly Site[];
  readonly all: number;
  readonly nowMs: number;
  /** When it was so (epoch ms), where it isn't live; null while it is. */
  readonly onceMs: number | null;
  readonly clear: () => void;
}

/** Ages in the rows are told to the half minute, so that a tick doesn't draw all rows again. */
const ageStepMs = 30_000;

/** Whoever has this many sites at most sees the equipment at once. */
const openedMax = 2;

/** The sites as rows, worst first. Rows that change places take the focus along. */
export function SiteList({ sites, all, nowMs, onceMs, clear }: SiteListProps) {
  const { say } = useWords();
  const [opened, setOpened] = useState<ReadonlySet<string>>(() =>
    all <= openedMax ? new Set(sites.map(keyOf)) : new Set(),
  );
  useKeptFocus();
  const toggle = (id: string, open: boolean) =>
    setOpened((before) => {
      if (before.has(id) === open) return before;
      const after = new Set(before);
      if (open) after.add(id);
      else after.delete(id);
      return after;
    });
  if (all === 0) return <p className="card">{say.text("home.empty")}</p>;
  const stepMs = Math.floor(nowMs / ageStepMs) * ageStepMs;
  return (
    <section aria-labelledby="sites">
      <h2 id="sites">
        {sites.length === all
          ? say.count("home.sites", all)
          : say.count("home.sitesOf", all, { shown: sites.length })}
      </h2>
      {sites.length === 0 && (
        <p className="card">
          {say.text("home.noMatch")}{" "}
          <button type="button" onClick={clear}>
            {say.text("filter.clear")}
          </button>
        </p>
      )}
      <ul className="sites">
        {sites.map((site) => (
          <SiteRow
            key={keyOf(site)}
            site={site}
            nowMs={stepMs}
            onceMs={onceMs}
            open={opened.has(keyOf(site))}
            toggle={toggle}
          />
        ))}
      </ul>
    </section>
  );
}

/** A row that is moved in the document loses the focus; it gets it back before anybody notices. */
function useKeptFocus(): void {
  const focused = document.activeElement;
  useLayoutEffect(() => {
    if (focused instanceof HTMLElement && focused !== document.activeElement && focused.isConnected)
      focused.focus({ preventScroll: true });
  });
}
