import type { Alarm } from "#api/console-shapes.ts";
import type { SiteState, Tone } from "./states.ts";

/** Each sign has a shape of its own, so that colour never speaks alone. Words stand beside it. */
const shapes = {
  "in-range": ["M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z", "M7 12.5l3.4 3.4L17 9"],
  "too-warm": [
    "M9 4a2.5 2.5 0 0 1 5 0v9.6a4.8 4.8 0 1 1-5 0z",
    "M11.5 9v8",
    "M20.5 12V4.5M18 7l2.5-2.7L23 7",
  ],
  "too-cold": [
    "M12 2v20M3.3 7l17.4 10M3.3 17 20.7 7",
    "M9.3 3.6 12 6.2l2.7-2.6M9.3 20.4l2.7-2.6 2.7 2.6M3 10.6l3.6-.9-.9-3.6M21 10.6l-3.6-.9.9-3.6M3 13.4l3.6.9-.9 3.6M21 13.4l-3.6.9.9 3.6",
  ],
  "no-data": [
    "M3 3l18 18",
    "M8.6 15.2a5 5 0 0 1 5.2-1.1M5.4 11.8a9.6 9.6 0 0 1 4.3-2.4M14.2 9.3a9.6 9.6 0 0 1 4.4 2.5M2.3 8.4A14 14 0 0 1 6 6M10.5 4.5A14 14 0 0 1 21.7 8.4M12 18.8v.4",
  ],
  "sensor-fault": ["M12 2.8 22.4 21H1.6z", "M12 9.5v5.2M12 17.6v.4"],
  "calibration-expired": [
    "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
    "M12 7.5V12l3 2.4",
    "M4 2.8 1.8 5M20 2.8 22.2 5",
  ],
  "never-reported": [
    "M8.2 2.8a10 10 0 0 1 7.6 0M20 6a10 10 0 0 1 1.9 7M19.5 18.6a10 10 0 0 1-6 3.3M8.7 21.4a10 10 0 0 1-5.5-5M2.1 11a10 10 0 0 1 2.4-5.6",
    "M8 12h8",
  ],
  "no-equipment": ["M4 3h16v18H4z", "M8 12h8"],
  bell: ["M6 17V11a6 6 0 0 1 12 0v6l1.5 2h-15z", "M10 21.5h4"],
  chevron: ["M9 5l7 7-7 7"],
  question: [
    "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z",
    "M9.2 9.4a2.9 2.9 0 1 1 4.3 2.6c-1 .6-1.5 1.1-1.5 2.2M12 17.4v.4",
  ],
  unequal: ["M4 9h16M4 15h16", "M16.5 4l-9 16"],
  cross: ["M7.9 2h8.2L22 7.9v8.2L16.1 22H7.9L2 16.1V7.9z", "M8.5 8.5l7 7M15.5 8.5l-7 7"],
} as const satisfies Readonly<Record<string, readonly string[]>> &
  Readonly<Record<SiteState, readonly string[]>>;

/** The name of a sign. */
export type IconName = keyof typeof shapes;

const toneIcons: Readonly<Record<Tone, IconName>> = {
  good: "in-range",
  caution: "sensor-fault",
  open: "question",
  stop: "cross",
};

const alarmIcons: Readonly<Record<Exclude<Alarm["kind"], IconName>, IconName>> = {
  integrity: "unequal",
  "log-fork": "cross",
  "log-disagree": "unequal",
  "log-costly": "bell",
  "log-copy": "unequal",
  "log-funds": "bell",
  "log-down": "bell",
};

/** All signs, once in the page; `Icon` points at them, so that hundreds cost little. */
export function IconSheet() {
  return (
    <svg className="hidden" aria-hidden="true" focusable="false">
      {Object.entries(shapes).map(([name, paths]) => (
        <symbol key={name} id={`icon-${name}`} viewBox="0 0 24 24">
          {paths.map((path) => (
            <path key={path} d={path} />
          ))}
        </symbol>
      ))}
    </svg>
  );
}

/** One sign; hidden from screen readers, whose users have the word beside it. */
export function Icon({ name, className = "" }: { name: IconName; className?: string }) {
  return (
    <svg className={`icon ${className}`} aria-hidden="true" focusable="false">
      <use href={`#icon-${name}`} />
    </svg>
  );
}

/** The sign of what an alarm is about. */
export function AlarmIcon({ kind }: { kind: Alarm["kind"] }) {
  return <Icon name={kind in shapes ? (kind as IconName) : alarmIcons[kind as keyof typeof alarmIcons]} />;
}

/** The sign of a tone. */
export function ToneIcon({ tone, className = "" }: { tone: Tone; className?: string }) {
  return <Icon name={toneIcons[tone]} className={className} />;
}
