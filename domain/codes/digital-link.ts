import { type ApplicationIdentifier, applicationIdentifier, checkValue } from "./application-identifiers.ts";
import type { CodeError, ElementsResult } from "./code-error.ts";

/** Which key names the thing when a code carries several: the trade item first. */
const keyPrecedence = "01,8006,00,414,8003,8004,417,253,255,401,402,8010,8013,8017,8018,415".split(",");

const canonicalStem = "https://id.gs1.org";

/**
 * Reads an uncompressed GS1 Digital Link URI of any host. The rightmost primary key of the path wins, qualifiers must
 * stand in order, numeric query names must be AIs that may stand there. GS1 Digital Link: URI Syntax 1.3+.
 */
export function parseDigitalLink(uri: string): ElementsResult {
  const legal = /^(?:https?|HTTPS?):\/\/[A-Za-z0-9.:[\]-]+(\/[^?#]*)(?:\?([^#]*))?(?:#.*)?$/.exec(uri);
  if (legal === null || !/^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]*$/.test(uri)) {
    return refuse("BAD_URI", "this is not a well-formed http(s) address");
  }
  const elements = new Map<string, string>();
  const [, path = "", query = ""] = legal;
  const error = readPath(elements, path) ?? readQuery(elements, query);
  return error ? { error } : { elements: [...elements] };
}

/**
 * The Digital Link path of a code, `/01/…/10/…/21/…`, percent-encoded canonically; null when no primary key is there
 * or its qualifiers contradict each other.
 */
function digitalLinkPath(ai: Readonly<Record<string, string>>): string | null {
  const names = pathNames(ai);
  return names === null ? null : names.map((name) => `/${name}/${encodeSegment(ai[name] ?? "")}`).join("");
}

/** The canonical Digital Link of a code, attributes in the query; null when it has no primary key. */
export function canonicalDigitalLink(ai: Readonly<Record<string, string>>): string | null {
  const names = pathNames(ai);
  if (names === null) return null;
  const attributes = Object.entries(ai).filter(
    ([name]) => !names.includes(name) && applicationIdentifier(name)?.attribute,
  );
  const query = attributes.map(([name, value]) => `${name}=${encodeSegment(value)}`).join("&");
  return `${canonicalStem}${digitalLinkPath(ai)}${query && `?${query}`}`;
}

/** Percent-encodes one value of a path: everything but letters, digits and `-._~`. */
export function encodeSegment(value: string): string {
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Undoes percent-encoding byte by byte; a broken triplet stays as it is. */
export function decodeSegment(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function pathNames(ai: Readonly<Record<string, string>>): string[] | null {
  const key = keyPrecedence.find((name) => ai[name] !== undefined);
  if (key === undefined) return null;
  const sequences = applicationIdentifier(key)?.qualifiers ?? [];
  const present = sequences.map((names) => names.filter((name) => ai[name] !== undefined));
  const used = present.filter((names) => names.length > 0);
  return used.length > 1 ? null : [key, ...(used[0] ?? [])];
}

function readPath(elements: Map<string, string>, path: string): CodeError | null {
  const segments = path.split("/").slice(1);
  let at = segments.length - 2;
  while (at >= 0 && !applicationIdentifier(segments[at] ?? "")?.qualifiers) at -= 2;
  const key = applicationIdentifier(segments[at] ?? "");
  if (at < 0 || key === null) return { code: "BAD_URI", message: "the address holds no GS1 key" };
  const names = segments.slice(at).filter((_, index) => index % 2 === 0);
  if (!key.qualifiers?.some((sequence) => isOrderedPart(names.slice(1), sequence))) {
    return { code: "BAD_URI", message: `(${key.ai}) is followed by a qualifier that does not belong there` };
  }
  for (const [index, name] of names.entries()) {
    const value = decodeSegment(segments[at + 2 * index + 1] ?? "");
    const error = addElement(elements, applicationIdentifier(name), name, value);
    if (error) return error;
  }
  return null;
}

function readQuery(elements: Map<string, string>, query: string): CodeError | null {
  const [key = "", ...qualifiers] = elements.keys();
  const sequences =
    applicationIdentifier(key)?.qualifiers?.filter((names) => isOrderedPart(qualifiers, names)) ?? [];
  for (const parameter of query.split("&")) {
    const [, name, raw] = /^(\d+)=(.*)$/.exec(parameter) ?? [];
    if (name === undefined || raw === undefined) continue;
    const identifier = applicationIdentifier(name);
    if (identifier && (!identifier.attribute || sequences.some((names) => names.includes(name)))) {
      return { code: "BAD_URI", message: `(${name}) may not stand in the query of this address` };
    }
    const error = addElement(elements, identifier, name, decodeSegment(raw.replaceAll("+", " ")));
    if (error) return error;
  }
  return null;
}

function isOrderedPart(names: readonly string[], sequence: readonly string[]): boolean {
  let from = 0;
  for (const name of names) {
    const at = sequence.indexOf(name, from);
    if (at === -1) return false;
    from = at + 1;
  }
  return true;
}

function addElement(
  elements: Map<string, string>,
  identifier: ApplicationIdentifier | null,
  name: string,
  value: string,
): CodeError | null {
  if (identifier === null)
    return { code: "UNKNOWN_AI", message: `(${name}) is not an application identifier` };
  if (elements.has(name)) return { code: "CONFLICT", message: `(${name}) is given twice` };
  const error = checkValue(identifier, value);
  if (error === null) elements.set(name, value);
  return error;
}

function refuse(code: CodeError["code"], message: string): { error: CodeError } {
  return { error: { code, message } };
}
