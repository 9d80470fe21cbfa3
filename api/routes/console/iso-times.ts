const moments = [
  ...(["at", "asOf", "since", "until", "openedAt", "clearedAt", "grewAt", "anchoredAt"] as const),
  ...(["validUntil", "lastReceivedAt", "sealedUntil", "knownUntil", "anchoredUntil", "silentSince"] as const),
];
type Moment = (typeof moments)[number];
const known = new Set<string>(moments);

/** The same value with its moments as text. */
type Told<Value> = Value extends readonly (infer Member)[]
  ? Told<Member>[]
  : Value extends object
    ? {
        -readonly [Name in keyof Value]: Name extends Moment
          ?
              | Exclude<Value[Name], number>
              | (number extends Value[Name] ? string : Extract<Value[Name], number>)
          : Told<Value[Name]>;
      }
    : Value;

/** The same value with every moment that the console's shapes know by name (epoch ms) as ISO 8601 UTC. */
export function isoTimes<Value>(value: Value): Told<Value> {
  return told(value) as Told<Value>;
}

function told(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(told);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      typeof member === "number" && known.has(name) ? new Date(member).toISOString() : told(member),
    ]),
  );
}
