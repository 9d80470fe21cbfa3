/** The languages of the patient's page. */
export type Language = "zh-CN" | "en";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** China has one zone without summer time (UTC+8), so a fixed shift needs no zone table. */
const beijingMs = 8 * hourMs;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const zones = { "zh-CN": "（北京时间）", en: " (Beijing time)" } as const;

/** A moment (epoch ms) as date and minute in Asia/Shanghai, the zone named. */
export function formatTime(lang: Language, atMs: number): string {
  return `${dayOf(lang, atMs)}${gap(lang)}${clockOf(atMs)}${zones[lang]}`;
}

/** The date of a moment (epoch ms) in Asia/Shanghai. */
export function formatDay(lang: Language, atMs: number): string {
  return dayOf(lang, atMs);
}

/** Two moments (epoch ms) as a span in Asia/Shanghai: the zone named once, the date twice only if it changes. */
export function formatRange(lang: Language, fromMs: number, toMs: number): string {
  const from = `${dayOf(lang, fromMs)}${gap(lang)}${clockOf(fromMs)}`;
  const sameDay = dayOf(lang, fromMs) === dayOf(lang, toMs);
  const to = sameDay ? clockOf(toMs) : `${dayOf(lang, toMs)}${gap(lang)}${clockOf(toMs)}`;
  return `${from} – ${to}${zones[lang]}`;
}

/** The time of day of a moment (epoch ms) in Asia/Shanghai as HH:MM; the zone is told elsewhere on the screen. */
export function formatClock(atMs: number): string {
  return clockOf(atMs);
}

/** A moment (epoch ms) in few letters: HH:MM on the day of `nowMs` in Asia/Shanghai, else month and day before it. */
export function formatShort(lang: Language, atMs: number, nowMs: number): string {
  if (dayOf(lang, atMs) === dayOf(lang, nowMs)) return clockOf(atMs);
  const at = new Date(atMs + beijingMs);
  const [month, day] = [at.getUTCMonth(), at.getUTCDate()];
  return lang === "en"
    ? `${day} ${months[month]} ${clockOf(atMs)}`
    : `${month + 1}月${day}日 ${clockOf(atMs)}`;
}

/** A printed date `YYYY-MM-DD` in words; what is not such a date is given back as it is. */
export function formatDate(lang: Language, date: string): string {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  if (match === null) return date;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return lang === "en" ? `${day} ${months[month - 1] ?? month} ${year}` : `${year}年${month}月${day}日`;
}

/** A duration in ms as "5 h 0 min", from two days on as days and hours, below a minute in seconds; rounded half up. */
export function formatDuration(lang: Language, durationMs: number): string {
  const unit =
    lang === "en" ? { d: "d", h: "h", m: "min", s: "s" } : { d: "天", h: "小时", m: "分钟", s: "秒" };
  if (durationMs < minuteMs) return `${Math.round(durationMs / 1000)} ${unit.s}`;
  if (durationMs >= 2 * dayMs) {
    const hours = Math.round(durationMs / hourMs);
    return `${Math.floor(hours / 24)} ${unit.d} ${hours % 24} ${unit.h}`;
  }
  const minutes = Math.round(durationMs / minuteMs);
  return minutes < 60
    ? `${minutes} ${unit.m}`
    : `${Math.floor(minutes / 60)} ${unit.h} ${minutes % 60} ${unit.m}`;
}

/** Units of one, two and three decimals, in milli-°C. */
const precisionsMilliC = [100, 10, 1];

/**
 * A temperature in °C with one decimal, rounded half up on whole milli-°C (8.05 → 8.1, −0.05 → 0.0). Next to a limit it
 * is not on, it gets as many decimals as tell them apart: 8.02 beside a limit of 8 stays 8.02.
 */
export function formatTemperature(celsius: number, limitsC: readonly number[] = []): string {
  const milliC = Math.round(celsius * 1000);
  const others = limitsC.map((limit) => Math.round(limit * 1000)).filter((limit) => limit !== milliC);
  const looksApart = (unit: number) =>
    others.every((other) => roundTo(unit, other) !== roundTo(unit, milliC));
  const unit = precisionsMilliC.find(looksApart) ?? 1;
  const rounded = roundTo(unit, milliC);
  const sign = rounded < 0 ? "−" : "";
  return `${sign}${((Math.abs(rounded) * unit) / 1000).toFixed(precisionsMilliC.indexOf(unit) + 1)} °C`;
}

function roundTo(unit: number, milliC: number): number {
  return Math.floor((milliC + unit / 2) / unit);
}

function dayOf(lang: Language, atMs: number): string {
  return formatDate(lang, new Date(atMs + beijingMs).toISOString().slice(0, 10));
}

function clockOf(atMs: number): string {
  return new Date(atMs + beijingMs).toISOString().slice(11, 16);
}

function gap(lang: Language): string {
  return lang === "en" ? ", " : " ";
}
