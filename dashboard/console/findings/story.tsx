import type { ReactNode } from "react";
import { formatShort } from "../../i18n/format.ts";
import { ToneIcon } from "../icons.tsx";
import type { Tone } from "../states.ts";
import { useWords } from "../use-words.tsx";

interface StoryProps {
  readonly tone: Tone;
  readonly title: string;
  /** What it is about. */
  readonly about?: ReactNode;
  readonly when: ReactNode;
  readonly what?: string;
  readonly holds?: string;
  readonly todo: string;
  /** For whoever wants to know exactly. */
  readonly children?: ReactNode;
}

/** Something that is not as it should be: what happened, what is kept, what to do. */
export function Story({ tone, title, about, when, what, holds, todo, children }: StoryProps) {
  const { say } = useWords();
  return (
    <li className={`story tone-${tone}`}>
      <h3 className="state">
        <ToneIcon tone={tone} />
        {title}
      </h3>
      <p className="note">
        {about !== undefined && <>{about} · </>}
        {when}
      </p>
      {what !== undefined && <p>{what}</p>}
      <dl className="facts">
        {holds !== undefined && (
          <div>
            <dt>{say.text("findings.holds")}</dt>
            <dd>{holds}</dd>
          </div>
        )}
        <div>
          <dt>{say.text("findings.do")}</dt>
          <dd>{todo}</dd>
        </div>
      </dl>
      {children}
    </li>
  );
}

interface TimesProps {
  readonly at: string;
  readonly since: string;
  readonly count: number;
  readonly nowMs: number;
}

/** When something happened last, and how often since when. */
export function Times({ at, since, count, nowMs }: TimesProps) {
  const { say } = useWords();
  const clock = (time: string) => formatShort(say.lang, Date.parse(time), nowMs);
  return (
    <>
      <time dateTime={at}>{clock(at)}</time>
      {count > 1 && <> · {say.count("findings.times", count, { clock: clock(since) })}</>}
    </>
  );
}
