/** Headers as Node gives them: names in small letters. */
export type AnswerHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A server may not send us away for longer than this. */
const longestMs = 3_600_000;

/**
 * How long an answer asks to wait: `Retry-After` holds seconds or a date (RFC 9110 §10.2.3; the client library takes the
 * seconds for milliseconds). A date counts from the answer's own `Date`, so that clocks may differ. Null when it asks nothing.
 */
export function retryAfterMs(headers: AnswerHeaders, now: number = Date.now()): number | null {
  const stated = first(headers["retry-after"]);
  if (stated === undefined) return null;
  if (/^\d{1,9}$/.test(stated)) return Math.min(Number(stated) * 1_000, longestMs);
  const until = Date.parse(stated);
  if (Number.isNaN(until)) return null;
  const answeredAt = Date.parse(first(headers.date) ?? "");
  return Math.min(Math.max(0, until - (Number.isNaN(answeredAt) ? now : answeredAt)), longestMs);
}

function first(value: string | readonly string[] | undefined): string | undefined {
  return (typeof value === "string" ? value : value?.[0])?.trim();
}
