const shape = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,12}))?(?:Z|([+-])(\d\d):(\d\d))$/;

/**
 * The instant of an EPCIS dateTimeStamp in epoch ms, fractions rounded half up on their decimal digits (CBV 2.0 event
 * hash, rule 9); null for what is no date and time with an offset.
 */
export function instantOf(text: string): number | null {
  const match = shape.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [fraction = "", sign, offsetHours, offsetMinutes] = match.slice(7);
  const midnight = new Date(Date.UTC(2000, month - 1, day));
  midnight.setUTCFullYear(year, month - 1, day);
  const isCalendarDay = midnight.getUTCMonth() === month - 1 && midnight.getUTCDate() === day;
  if (!isCalendarDay || hour > 23 || minute > 59 || second > 59) return null;
  const offsetMin = Number(offsetHours ?? 0) * 60 + Number(offsetMinutes ?? 0);
  if (offsetMin > 14 * 60 || Number(offsetMinutes ?? 0) > 59) return null;
  const local = midnight.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + millisecondsOf(fraction);
  return sign === undefined ? local : local - (sign === "-" ? -offsetMin : offsetMin) * 60_000;
}

/** An instant as the event hash writes it: UTC with three decimals and Z. */
export function utcText(instantMs: number): string {
  return new Date(instantMs).toISOString();
}

function millisecondsOf(fraction: string): number {
  return Number(fraction.slice(0, 3).padEnd(3, "0")) + (Number(fraction[3] ?? 0) >= 5 ? 1 : 0);
}
