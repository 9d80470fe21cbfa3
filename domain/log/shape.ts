/** The shapes of what strangers hand in, small enough for the patient's page; a fault names the place. */

/** Throws a ShapeError unless the value has the shape; `at` is the path said in the fault. */
export type Check = (value: unknown, at: string) => void;

/** A value that has not the shape that was asked for. */
class ShapeError extends Error {
  constructor(at: string, wanted: string) {
    super(`${at || "the document"} must be ${wanted}`);
    this.name = "ShapeError";
  }
}

/** An integer that a double holds exactly, not below `least`. */
export const integer =
  (least = Number.MIN_SAFE_INTEGER): Check =>
  (value, at) => {
    if (!Number.isSafeInteger(value) || (value as number) < least)
      throw new ShapeError(at, `an integer ≥ ${least}`);
  };

/** A text of at most `max` characters. */
export const text =
  (max: number): Check =>
  (value, at) => {
    if (typeof value !== "string" || value.length > max)
      throw new ShapeError(at, `a text of ≤ ${max} characters`);
  };

/** Exactly `bytes` bytes in lower-case hex. */
export const hex =
  (bytes: number): Check =>
  (value, at) => {
    if (typeof value !== "string" || value.length !== 2 * bytes || !/^[0-9a-f]*$/.test(value)) {
      throw new ShapeError(at, `${bytes} bytes in lower-case hex`);
    }
  };

/** A list of at most `max` items of one shape. */
export const list =
  (of: Check, max: number): Check =>
  (value, at) => {
    if (!Array.isArray(value) || value.length > max) throw new ShapeError(at, `a list of ≤ ${max} items`);
    for (const [index, item] of value.entries()) of(item, `${at}[${index}]`);
  };

/** A list with exactly these items. */
export const tuple =
  (...items: Check[]): Check =>
  (value, at) => {
    if (!Array.isArray(value) || value.length !== items.length)
      throw new ShapeError(at, `a list of ${items.length}`);
    for (const [index, item] of items.entries()) item(value[index], `${at}[${index}]`);
  };

/** An object with these fields, perhaps the optional ones, and no other. */
export const record =
  (fields: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>> = {}): Check =>
  (value, at) => {
    const object = asObject(value, at);
    for (const name of Object.keys(object)) {
      if (!Object.hasOwn(fields, name) && !Object.hasOwn(optional, name))
        throw new ShapeError(`${at}.${name}`, "absent");
    }
    for (const [name, check] of Object.entries(fields)) check(object[name], `${at}.${name}`);
    for (const [name, check] of Object.entries(optional))
      if (Object.hasOwn(object, name)) check(object[name], `${at}.${name}`);
  };

/** An object with at least these fields; others may stand beside them. */
export const atLeast =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value, at) => {
    const object = asObject(value, at);
    for (const [name, check] of Object.entries(fields)) check(object[name], `${at}.${name}`);
  };

/** An object from keys of one shape to values of one shape. */
export const dictionary =
  (key: Check, of: Check): Check =>
  (value, at) => {
    for (const [name, item] of Object.entries(asObject(value, at))) {
      key(name, `${at} key`);
      of(item, `${at}.${name}`);
    }
  };

/** One of several shapes. */
export const anyOf =
  (...checks: Check[]): Check =>
  (value, at) => {
    const faults: string[] = [];
    for (const check of checks) {
      try {
        check(value, at);
        return;
      } catch (fault) {
        faults.push((fault as Error).message);
      }
    }
    throw new ShapeError(at, `one of several shapes (${faults.join("; ")})`);
  };

/** One of these values. */
export const oneOf =
  (...values: readonly (string | number | boolean | null)[]): Check =>
  (value, at) => {
    if (!values.includes(value as string)) throw new ShapeError(at, `one of ${values.join(", ")}`);
  };

/** Any JSON value; what reads it later checks it then. */
export const anything: Check = (value, at) => {
  if (value === undefined) throw new ShapeError(at, "present");
};

function asObject(value: unknown, at: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new ShapeError(at, "an object");
  return value as Record<string, unknown>;
}
