import { AppError } from "#domain/errors.ts";
import type { AnswerHeaders } from "./retry-after.ts";

/** Whatever InfluxDB answered. */
export interface InfluxAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly body: string;
}

const wordsMax = 300;

/** What InfluxDB says went wrong: `error` on 1.x and 3.x, `message` on 2.x, with 3.x' first refused line. */
export function wordsOf({ body }: InfluxAnswer): string {
  return spokenIn(body).replace(/\s+/g, " ").trim().slice(0, wordsMax);
}

/** The body as JSON. @throws AppError UNAVAILABLE when it is none */
export function jsonOf({ body }: InfluxAnswer): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new AppError("UNAVAILABLE", "InfluxDB answered with what is no JSON", {}, error);
  }
}

/** Never the refused line itself, which 3.x repeats: its texts could be taken for InfluxDB's own. */
function spokenIn(body: string): string {
  if (!body.trimStart().startsWith("{")) return body;
  try {
    const said = JSON.parse(body) as { error?: unknown; message?: unknown; data?: unknown };
    const first = (Array.isArray(said.data) ? said.data[0] : said.data) as { error_message?: unknown } | null;
    const words = [said.message ?? said.error, first?.error_message];
    return words.filter((word) => typeof word === "string").join(": ");
  } catch {
    // The client library cuts a long answer off.
    const member = (name: string) => new RegExp(`"${name}":("(?:[^"\\\\]|\\\\.)*")`).exec(body)?.[1];
    const words = [member("message") ?? member("error"), member("error_message")];
    return words
      .map((word) => (word === undefined ? undefined : JSON.parse(word)))
      .filter(Boolean)
      .join(": ");
  }
}
