/** The body of a message, out of its wrapper where it is signed; null for what is no JSON object. */
export function bodyOf(payload: Buffer): { readings?: unknown } | null {
  try {
    const outer = JSON.parse(payload.toString("utf8")) as { body?: string; readings?: unknown } | null;
    if (typeof outer?.body !== "string") return outer;
    return JSON.parse(Buffer.from(outer.body, "base64").toString("utf8")) as { readings?: unknown };
  } catch {
    return null;
  }
}
