const moments = new Set(["at", "asOf", "from", "to", "since", "until", "accepted", "stated"]);

/** JSON of our API with its moments (ISO 8601, known by their names) as epoch ms again, as the domain has them. */
export function readTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readTimes);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      typeof member === "string" && moments.has(name) ? momentOf(member) : readTimes(member),
    ]),
  );
}

function momentOf(text: string): number | string {
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? text : atMs;
}
