/**
 * The shapes of what strangers hand in, small enough for the patient's page. A fault is a value, not an error: shapes are
 * tried on every entry of a bundle, and the place of a fault is put together only where there is one.
 */

/** Where a value has not the shape that was asked for, and what it must be there. */
interface ShapeFault {
  readonly at: string;
  readonly wanted: string;
}

/** The first fault of a value, or null where it has the shape. */
export type Check = (value: unknown) => ShapeFault | null;

/** A value that has not the shape that was asked for. */
class ShapeError extends Error {
  constructor({ at, wanted }: ShapeFault) {
    super(`${at || "the document"} must be ${wanted}`);
    this.name = "ShapeError";
  }
}

/** @throws ShapeError with the place of the first fault, unless the value has the shape */
export function requireShape(value: unknown, check: Check): void {
  const fault = check(value);
  if (fault !== null) throw new ShapeError(fault);
}

/** A shape that a value has or has not, without parts of its own. */
const plain = (wanted: string, has: (value: unknown) => boolean): Check => {
  const fault = { at: "", wanted };
  return (value) => (has(value) ? null : fault);
};

/** An integer that a double holds exactly, not below `least`. */
export const integer = (least = Number.MIN_SAFE_INTEGER): Check =>
  plain(`an integer ≥ ${least}`, (value) => Number.isSafeInteger(value) && (value as number) >= least);

/** A text of at most `max` characters. */
export const text = (max: number): Check =>
  plain(`a text of ≤ ${max} characters`, (value) => typeof value === "string" && value.length <= max);

/** Exactly `bytes` bytes in lower-case hex. */
export const hex = (bytes: number): Check =>
  plain(
    `${bytes} bytes in lower-case hex`,
    (value) => typeof value === "string" && value.length === 2 * bytes && /^[0-9a-f]*$/.test(value),
  );

/** Exactly `bytes` bytes after `0x`, in hex of either case, as chains and their tools write them. */
export const chainHex = (bytes: number): Check =>
  plain(
    `0x and ${2 * bytes} hex digits`,
    (value) => typeof value === "string" && value.length === 2 * bytes + 2 && /^0x[0-9a-fA-F]*$/.test(value),
  );

/** A list of at most `max` items of one shape. */
export const list = (of: Check, max: number): Check =>
  both(
    plain(`a list of ≤ ${max} items`, (value) => Array.isArray(value) && value.length <= max),
    (value) => firstFault(value as unknown[], of, (at) => `[${at}]`),
  );

/** A list with exactly these items. */
export const tuple = (...items: Check[]): Check =>
  both(
    plain(`a list of ${items.length}`, (value) => Array.isArray(value) && value.length === items.length),
    (value) =>
      firstFault(
        items,
        (check, at) => check((value as unknown[])[at]),
        (at) => `[${at}]`,
      ),
  );

/** An object with at least these fields; others may stand beside them. */
export const atLeast = (fields: Readonly<Record<string, Check>>): Check => {
  const names = Object.keys(fields);
  const checks = Object.values(fields);
  return both(object, (value) =>
    firstFault(
      checks,
      (check, at) => check((value as Fields)[names[at] as string]),
      (at) => `.${names[at]}`,
    ),
  );
};

/** An object with these fields, perhaps the optional ones, and no other. */
export const record = (
  fields: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): Check => {
  const known = new Set([...Object.keys(fields), ...Object.keys(optional)]);
  const others = (value: unknown) =>
    firstFault(Object.keys(value as Fields), (name) =>
      known.has(name) ? null : { at: `.${name}`, wanted: "absent" },
    );
  const given = Object.entries(optional).map(([name, check]) => ifThere(name, check));
  return both(object, others, atLeast(fields), ...given);
};

/** An object from keys of one shape to values of one shape. */
export const dictionary = (key: Check, of: Check): Check =>
  both(object, (value) =>
    firstFault(
      Object.entries(value as Fields),
      ([name, item]) => inside(" key", key(name)) ?? inside(`.${name}`, of(item)),
    ),
  );

/** One of several shapes. */
export const anyOf =
  (...checks: Check[]): Check =>
  (value) => {
    const faults: ShapeFault[] = [];
    for (const check of checks) {
      const fault = check(value);
      if (fault === null) return null;
      faults.push(fault);
    }
    const words = faults.map(({ at, wanted }) => `${at} ${wanted}`.trim()).join("; ");
    return { at: "", wanted: `one of several shapes (${words})` };
  };

/** One of these values. */
export const oneOf = (...values: readonly (string | number | boolean | null)[]): Check =>
  plain(`one of ${values.join(", ")}`, (value) => values.includes(value as string));

/** Any JSON value; what reads it later checks it then. */
export const anything: Check = plain("present", (value) => value !== undefined);

type Fields = Readonly<Record<string, unknown>>;

const object = plain(
  "an object",
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
);

/** The fault of the first of these that finds one; the next is asked only where those before found none. */
function both(...checks: Check[]): Check {
  return (value) => firstFault(checks, (check) => check(value));
}

/** The field's own shape, where the object has the field. */
function ifThere(name: string, check: Check): Check {
  return (value) =>
    Object.hasOwn(value as Fields, name) ? inside(`.${name}`, check((value as Fields)[name])) : null;
}

/** `placeOf` says where the item stands; nothing is said where there is no fault. */
function firstFault<Item>(
  items: readonly Item[],
  faultOf: (item: Item, at: number) => ShapeFault | null,
  placeOf: (at: number) => string = () => "",
): ShapeFault | null {
  for (let at = 0; at < items.length; at += 1) {
    const fault = faultOf(items[at] as Item, at);
    if (fault !== null) return inside(placeOf(at), fault);
  }
  return null;
}

function inside(place: string, fault: ShapeFault | null): ShapeFault | null {
  return fault === null ? null : { ...fault, at: place + fault.at };
}
