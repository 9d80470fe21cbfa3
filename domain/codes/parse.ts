import { checkDigit } from "./check-digit.ts";
import { chinaCodeOf } from "./china.ts";
import type { CodeError, Elements, ElementsResult } from "./code-error.ts";
import { canonicalDigitalLink, parseDigitalLink } from "./digital-link.ts";
import { groupSeparator, parseBracketed, parseElementString } from "./element-string.ts";
import { isOffRecord, type KnownCodes, restoreLetterCase, restoreSeparators } from "./repair.ts";

/** The format in which a code was given. */
export type CodeKind = "element-string" | "digital-link" | "gtin" | "cn-dtc" | "unknown";

/** What was done to a text before it could be read; shown to the person who scanned. */
export type Repair =
  | "SPACES_REMOVED"
  | "SEPARATOR_WRITTEN_OUT"
  | "SEPARATOR_RESTORED"
  | "LETTER_CASE_RESTORED";

/** A code as read: its AIs as strings, or the 20 digits of a Chinese code, or why it can't be read. */
export interface ParsedCode {
  readonly kind: CodeKind;
  readonly ai: Readonly<Record<string, string>>;
  /** The 20 digits of a Chinese drug traceability code. */
  readonly dtc?: string;
  /** Canonical GS1 Digital Link at id.gs1.org, where the code has a primary key. */
  readonly digitalLink?: string;
  readonly repaired: readonly Repair[];
  readonly error?: CodeError;
}

const textLengthMax = 4096;
const gs1Symbologies = ["]d2", "]Q3", "]C1", "]e0", "]J1"];
/** Ways in which keyboards and files write U+001D; none of their characters may stand in a GS1 value. */
const writtenSeparators = /\u241d|\{GS\}|\^\]/g;

/**
 * Reads whatever a scanner or a hand gives: GS1 element string with or without FNC1 and symbology identifier,
 * "(01)…" as printed, Digital Link of any host, bare GTIN, 20-digit Chinese code. `known` lots and serials allow
 * lost separators and letter case to be repaired. Never throws; linear in the text, which may have 4,096 characters.
 */
export function parseCode(text: string, { known = {} }: { readonly known?: KnownCodes } = {}): ParsedCode {
  if (text.length > textLengthMax) return failed("unknown", "TOO_LONG", "the text is too long to be a code");
  const repaired: Repair[] = [];
  const trimmed = text.trim();
  if (trimmed !== text) repaired.push("SPACES_REMOVED");
  if (trimmed === "") return failed("unknown", "EMPTY", "there is no text", repaired);
  const symbology = /^\][A-Za-z]\d/.exec(trimmed)?.[0] ?? "";
  const body = trimmed.slice(symbology.length);
  if (gs1Symbologies.includes(symbology)) return readElementString(body, known, repaired);
  if (symbology === "]E0") return readEan(body, 13, repaired);
  if (symbology === "]E4") return readEan(body, 8, repaired);
  return readPlain(body, known, repaired);
}

function readPlain(body: string, known: KnownCodes, repaired: Repair[]): ParsedCode {
  const dtc = chinaCodeOf(body);
  if (dtc !== null && !(dtc.startsWith("00") && "elements" in parseElementString(dtc))) {
    return { kind: "cn-dtc", ai: {}, dtc, repaired };
  }
  if (/^https?:\/\//i.test(body)) return finish("digital-link", parseDigitalLink(body), known, repaired);
  if (body.startsWith("(")) return finish("element-string", parseBracketed(body), known, repaired);
  if (/^\d+$/.test(body) && [8, 12, 13, 14].includes(body.length)) return readGtin(body, repaired);
  if (/^[\d\u241d{^]/.test(body) || body.startsWith(groupSeparator))
    return readElementString(body, known, repaired);
  return failed("unknown", "NOT_A_CODE", "this is no GS1 code, Digital Link or Chinese drug code", repaired);
}

function readElementString(body: string, known: KnownCodes, repaired: Repair[]): ParsedCode {
  const written = body.replaceAll(writtenSeparators, groupSeparator);
  if (written !== body) repaired.push("SEPARATOR_WRITTEN_OUT");
  const text = written.startsWith(groupSeparator) ? written.slice(1) : written;
  const result = parseElementString(text);
  const settled = "elements" in result && !isOffRecord(restoreLetterCase(result.elements, known), known);
  const restored = settled ? null : restoreSeparators(text, known);
  if (restored === null) return finish("element-string", result, known, repaired);
  repaired.push("SEPARATOR_RESTORED");
  return finish("element-string", parseElementString(restored), known, repaired);
}

/** An EAN or UPC symbol, possibly with a composite component after it. */
function readEan(body: string, length: number, repaired: Repair[]): ParsedCode {
  const [digits = "", composite] = body.split("|]e0");
  if (digits.length !== length || !/^\d+$/.test(digits)) {
    return failed("gtin", "BAD_LENGTH", `an EAN symbol of this kind has ${length} digits`, repaired);
  }
  if (composite === undefined) return readGtin(digits, repaired);
  const whole = parseElementString(`01${digits.padStart(14, "0")}${composite}`);
  return finish("element-string", whole, {}, repaired);
}

function readGtin(digits: string, repaired: Repair[]): ParsedCode {
  if (checkDigit(digits.slice(0, -1)) !== digits.slice(-1)) {
    return failed("gtin", "BAD_CHECK_DIGIT", "the check digit does not fit the number", repaired);
  }
  return finish("gtin", { elements: [["01", digits.padStart(14, "0")]] }, {}, repaired);
}

function finish(kind: CodeKind, result: ElementsResult, known: KnownCodes, repaired: Repair[]): ParsedCode {
  if ("error" in result) return failed(kind, result.error.code, result.error.message, repaired);
  const elements: Elements = restoreLetterCase(result.elements, known);
  if (elements !== result.elements) repaired.push("LETTER_CASE_RESTORED");
  const ai = Object.fromEntries(elements);
  const digitalLink = canonicalDigitalLink(ai);
  return { kind, ai, ...(digitalLink === null ? {} : { digitalLink }), repaired };
}

function failed(
  kind: CodeKind,
  code: CodeError["code"],
  message: string,
  repaired: readonly Repair[] = [],
): ParsedCode {
  return { kind, ai: {}, repaired, error: { code, message } };
}
