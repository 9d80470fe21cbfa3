import { useEffect, useId, useState } from "react";
import type { Site } from "#api/console-shapes.ts";
import { Icon } from "../icons.tsx";
import { statesWorstFirst, toneOf } from "../states.ts";
import { useWords } from "../use-words.tsx";
import { countByState, provincesOf, type SiteFilter } from "./site-filter.ts";

interface FilterBarProps {
  readonly sites: readonly Site[];
  readonly filter: SiteFilter;
  readonly change: (part: SiteFilter) => void;
}

/** Narrows the sites by state, province and text; all of it stands in the address. */
export function FilterBar({ sites, filter, change }: FilterBarProps) {
  const { say } = useWords();
  const id = useId();
  return (
    <search className="filters" aria-label={say.text("filter.label")}>
      <StateChips sites={sites} filter={filter} change={change} />
      <div className="fields">
        <label htmlFor={`${id}-province`}>{say.text("filter.province")}</label>
        <select
          id={`${id}-province`}
          value={filter.province ?? ""}
          onChange={(event) => change({ province: event.target.value })}
        >
          <option value="">{say.text("filter.everywhere")}</option>
          {provincesOf(sites, say.lang).map(({ en, name }) => (
            <option key={en} value={en}>
              {name}
            </option>
          ))}
        </select>
        <label htmlFor={`${id}-text`}>{say.text("filter.text")}</label>
        <TextField id={`${id}-text`} q={filter.q ?? ""} change={(q) => change({ q })} />
      </div>
    </search>
  );
}

function StateChips({ sites, filter, change }: FilterBarProps) {
  const { say } = useWords();
  const counts = countByState(sites);
  const states = statesWorstFirst.filter((state) => counts[state] > 0 || filter.state === state);
  return (
    <fieldset className="chips">
      <legend className="hidden">{say.text("filter.state")}</legend>
      <button
        type="button"
        aria-pressed={filter.state === undefined}
        onClick={() => change({ state: undefined })}
      >
        {say.text("filter.all")} <span className="number">{sites.length}</span>
      </button>
      {states.map((state) => (
        <button
          key={state}
          type="button"
          className={`tone-${toneOf(state)}`}
          aria-pressed={filter.state === state}
          onClick={() => change({ state: filter.state === state ? undefined : state })}
        >
          <Icon name={state} />
          {say.text(`state.${state}`)} <span className="number">{counts[state]}</span>
        </button>
      ))}
    </fieldset>
  );
}

/** Keeps what is typed by itself, so that letters never wait for the address. */
function TextField({ id, q, change }: { id: string; q: string; change: (q: string) => void }) {
  const { say } = useWords();
  const [typed, setTyped] = useState(q);
  useEffect(() => setTyped(q), [q]);
  return (
    <input
      id={id}
      type="search"
      value={typed}
      maxLength={100}
      placeholder={say.text("filter.hint")}
      onChange={(event) => {
        setTyped(event.target.value);
        change(event.target.value);
      }}
    />
  );
}
