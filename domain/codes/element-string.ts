import {
  type ApplicationIdentifier,
  applicationIdentifier,
  applicationIdentifierAt,
  checkValue,
} from "./application-identifiers.ts";
import type { CodeError, ElementsResult } from "./code-error.ts";

/** What a scanner sends for FNC1 between two elements: U+001D. */
export const groupSeparator = "\u001d";

/**
 * Reads a GS1 element string (FNC1 as U+001D, none in front). A separator after an element of predefined length and
 * one at the end are tolerated; an AI may repeat only the same value. GS1 General Specifications §7.8.
 */
export function parseElementString(text: string): ElementsResult {
  const elements = new Map<string, string>();
  let at = 0;
  while (at < text.length) {
    const identifier = applicationIdentifierAt(text, at);
    if (identifier === null) return unknownAi(text.slice(at, at + 4));
    const start = at + identifier.ai.length;
    const end = valueEnd(identifier, text, start);
    const error = addElement(elements, identifier, text.slice(start, end));
    if (error) return { error };
    at = text[end] === groupSeparator ? end + 1 : end;
  }
  return finished(elements);
}

/** Reads the human-readable form "(01)…(21)…"; "\(" stands for a bracket inside a value. */
export function parseBracketed(text: string): ElementsResult {
  const elements = new Map<string, string>();
  const openings = [...text.matchAll(/(?<!\\)\(/g)].map((match) => match.index);
  if (openings[0] !== 0)
    return { error: { code: "NOT_A_CODE", message: "the text does not begin with (AI)" } };
  for (const [index, opening] of openings.entries()) {
    const [, ai = "", value = ""] =
      /^\((\d{2,4})\)(.*)$/s.exec(text.slice(opening, openings[index + 1])) ?? [];
    const identifier = applicationIdentifier(ai);
    if (identifier === null) return unknownAi(ai);
    const error = addElement(elements, identifier, value.trim().replaceAll("\\(", "("));
    if (error) return { error };
  }
  return finished(elements);
}

/** Writes elements as an element string with a separator after every element that needs one, except the last. */
export function buildElementString(elements: Iterable<readonly [ai: string, value: string]>): string {
  let text = "";
  let separatorDue = false;
  for (const [ai, value] of elements) {
    text += (separatorDue ? groupSeparator : "") + ai + value;
    separatorDue = applicationIdentifier(ai)?.predefined !== true;
  }
  return text;
}

function valueEnd(identifier: ApplicationIdentifier, text: string, start: number): number {
  if (identifier.predefined) return Math.min(start + identifier.lengthMax, text.length);
  const separator = text.indexOf(groupSeparator, start);
  return separator === -1 ? text.length : separator;
}

function addElement(
  elements: Map<string, string>,
  identifier: ApplicationIdentifier,
  value: string,
): CodeError | null {
  const { ai } = identifier;
  const before = elements.get(ai);
  if (before !== undefined && before !== value) {
    return { code: "CONFLICT", message: `(${ai}) is given twice with different values` };
  }
  const error = checkValue(identifier, value);
  if (error === null) elements.set(ai, value);
  return error;
}

function unknownAi(text: string): ElementsResult {
  const name = text.replace(/\D.*$/s, "");
  return { error: { code: "UNKNOWN_AI", message: `no application identifier begins with "${name}"` } };
}

function finished(elements: Map<string, string>): ElementsResult {
  if (elements.size === 0) return { error: { code: "EMPTY", message: "there is no element in the text" } };
  return { elements: [...elements] };
}
