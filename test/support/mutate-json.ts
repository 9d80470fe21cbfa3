/** A JSON value with one change, and where it was made. */
export interface JsonChange {
  readonly what: string;
  readonly changed: unknown;
}

/**
 * Every value that differs from this one in one place: each leaf changed and of another type, each member and item left
 * out, each object and list with one more. Of long lists the first two items and the last.
 */
export function changesOf(value: unknown): JsonChange[] {
  return changesAt(value, "");
}

function changesAt(value: unknown, place: string): JsonChange[] {
  const here = othersThan(value).map(([what, changed]) => ({ what: `${place} ${what}`, changed }));
  if (typeof value !== "object" || value === null) return here;
  const inside = keysOf(value).flatMap((key) => {
    const within = changesAt(Reflect.get(value, key), `${place}.${key}`);
    const without = { what: `${place}.${key} left out`, changed: put(value, key) };
    return [without, ...within.map(({ what, changed }) => ({ what, changed: put(value, key, changed) }))];
  });
  return [...here, ...inside];
}

function keysOf(value: object): string[] {
  const keys = Object.keys(value);
  return Array.isArray(value) && keys.length > 4 ? [...keys.slice(0, 2), ...keys.slice(-1)] : keys;
}

function othersThan(value: unknown): [string, unknown][] {
  if (typeof value === "number") return [-1, 1].map((by) => [`${by}`, value + by] as [string, unknown]);
  if (typeof value === "string") return [...textsBeside(value), ["a number", 7]];
  if (typeof value === "boolean") return [["the other", !value]];
  if (value === null) return [["a text", "x"]];
  if (Array.isArray(value))
    return [
      ["one more", [...value, value[0] ?? 0]],
      ["an object", {}],
    ];
  return [
    ["one more", { ...(value as object), one: 1 }],
    ["nothing", null],
  ];
}

/** Texts that differ little; a hash stays one, so that not only the shape is asked. */
function textsBeside(text: string): [string, unknown][] {
  const last = text.at(-1) ?? "";
  const turned = text.slice(0, -1) + (last === "0" ? "1" : "0");
  const others: [string, string][] = [
    ["its last character", turned],
    ["one more", `${text}0`],
    ["empty", ""],
  ];
  return others.filter(([, other]) => other !== text);
}

function put(value: object, key: string, changed?: unknown): unknown {
  if (Array.isArray(value)) {
    const copy = [...value];
    copy.splice(Number(key), 1, ...(changed === undefined ? [] : [changed]));
    return copy;
  }
  const { [key]: _, ...rest } = value as Record<string, unknown>;
  return changed === undefined ? rest : { ...value, [key]: changed };
}
