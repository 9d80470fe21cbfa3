/** A JSON pointer (RFC 6901), as a source may register it: at most 200 characters. */
export const pointerPattern = /^(?=.{0,200}$)(?:\/(?:[^~/]|~[01])*)*$/su;

const indexPattern = /^(?:0|[1-9]\d{0,8})$/;

/** The value a pointer leads to, undefined where there is none; never what an object merely inherits. */
export function valueAt(value: unknown, pointer: string): unknown {
  let at = value;
  if (pointer === "") return at;
  for (const step of pointer.slice(1).split("/")) {
    if (typeof at !== "object" || at === null) return undefined;
    const key = step.includes("~") ? step.replaceAll("~1", "/").replaceAll("~0", "~") : step;
    if (Array.isArray(at) && !indexPattern.test(key)) return undefined;
    at = Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : undefined;
  }
  return at;
}
