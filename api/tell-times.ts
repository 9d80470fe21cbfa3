const moments = new Set(["at", "asOf", "from", "to", "since", "until", "accepted", "stated"]);

/** The same value with every moment (epoch ms, known by its name) as ISO 8601 UTC, as JSON outside the log has it. */
export function tellTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tellTimes);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      typeof member === "number" && moments.has(name) ? new Date(member).toISOString() : tellTimes(member),
    ]),
  );
}
