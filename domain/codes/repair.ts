import { applicationIdentifierAt } from "./application-identifiers.ts";
import type { Elements } from "./code-error.ts";
import { groupSeparator, parseElementString } from "./element-string.ts";

/** Lots and serials already on record, by GTIN-14: the only ground on which a code may be repaired. */
export type KnownCodes = Readonly<
  Record<string, { readonly lots: readonly string[]; readonly serials?: readonly string[] }>
>;

type Known = KnownCodes[string];

/**
 * Puts back separators that a scanner lost, where exactly one reading of the text ends in lots or serials on record.
 * Gives the element string with its separators, or null where nothing is known or more than one reading fits.
 */
export function restoreSeparators(text: string, known: KnownCodes): string | null {
  const record = knownOf(gtinOf(text), known);
  if (record === null) return null;
  const readings = new Set(readingsOf(text, 0, record, []));
  return readings.size === 1 ? ([...readings][0] ?? null) : null;
}

/** Lot and serial with the letter case on record, where exactly one record differs from them by case alone. */
export function restoreLetterCase(elements: Elements, known: KnownCodes): Elements {
  const record = knownOf(elements.find(([ai]) => ai === "01")?.[1], known);
  if (record === null) return elements;
  const restored = elements.map(([ai, value]): readonly [string, string] => [
    ai,
    sameButCase(value, valuesOf(ai, record)),
  ]);
  return restored.some(([, value], index) => value !== elements[index]?.[1]) ? restored : elements;
}

/** Whether a lot or serial among the elements is missing from the record of its GTIN. */
export function isOffRecord(elements: Elements, known: KnownCodes): boolean {
  const record = knownOf(elements.find(([ai]) => ai === "01")?.[1], known);
  if (record === null) return false;
  return elements.some(([ai, value]) => {
    const values = valuesOf(ai, record);
    return values.length > 0 ? !values.includes(value) : ai === "21" && record.serials === undefined;
  });
}

function gtinOf(text: string): string | undefined {
  return /^(?:(?:11|17)\d{6}){0,2}01(\d{14})/.exec(text.replaceAll(groupSeparator, ""))?.[1];
}

function knownOf(gtin: string | undefined, known: KnownCodes): Known | null {
  return gtin !== undefined && Object.hasOwn(known, gtin) ? (known[gtin] ?? null) : null;
}

function valuesOf(ai: string, { lots, serials = [] }: Known): readonly string[] {
  return ai === "10" ? lots : ai === "21" ? serials : [];
}

/** Every well-formed text that comes from putting separators after values on record, each AI at most once. */
function readingsOf(text: string, from: number, known: Known, split: readonly string[]): string[] {
  let at = from;
  const readings: string[] = [];
  while (at < text.length) {
    const identifier = applicationIdentifierAt(text, at);
    if (identifier === null) break;
    const start = at + identifier.ai.length;
    const separator = text.indexOf(groupSeparator, start);
    const variableEnd = separator === -1 ? text.length : separator;
    const end = identifier.predefined ? start + identifier.lengthMax : variableEnd;
    if (!identifier.predefined && !split.includes(identifier.ai)) {
      for (const value of shorterValues(identifier.ai, text.slice(start, end), known)) {
        const cut = start + value.length;
        const repaired = `${text.slice(0, cut)}${groupSeparator}${text.slice(cut)}`;
        readings.push(...readingsOf(repaired, cut + 1, known, [...split, identifier.ai]));
      }
    }
    at = text[end] === groupSeparator ? end + 1 : end;
  }
  if (readings.length === 0 && split.length > 0 && "elements" in parseElementString(text)) return [text];
  return readings;
}

/** Values on record with which a too long value begins; none where the whole is itself on record. */
function shorterValues(ai: string, whole: string, known: Known): string[] {
  const values = valuesOf(ai, known);
  if (values.includes(whole)) return [];
  const shorter = values.filter(
    (value) => value !== "" && whole.length > value.length && whole.startsWith(value),
  );
  return shorter.length > 0 || ai !== "21" ? shorter : serialsBeforeKnownLot(whole, known.lots);
}

/** A serial not on record, followed by an expiry date and a lot that is. */
function serialsBeforeKnownLot(whole: string, lots: readonly string[]): string[] {
  return lots.flatMap((lot) => {
    const [, serial] =
      (lot !== "" && whole.endsWith(`10${lot}`) && /^(.+)17\d{6}$/.exec(whole.slice(0, -lot.length - 2))) ||
      [];
    return serial === undefined ? [] : [serial];
  });
}

function sameButCase(value: string, values: readonly string[]): string {
  if (values.includes(value)) return value;
  const lower = value.toLowerCase();
  const matches = values.filter((candidate) => candidate.toLowerCase() === lower);
  return matches.length === 1 ? (matches[0] ?? value) : value;
}
