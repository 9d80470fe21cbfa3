import { hasValidCheckDigit } from "./check-digit.ts";
import type { CodeError } from "./code-error.ts";

/** One part of an AI's value: N digits, X GS1 set 82, Y set 39, Z base64url; `check` names a rule of `checks`. */
interface Component {
  readonly charset: string;
  readonly lengthMin: number;
  readonly lengthMax: number;
  readonly optional: boolean;
  readonly check: string;
}

/** What GS1's Syntax Dictionary says of one application identifier. */
export interface ApplicationIdentifier {
  readonly ai: string;
  /** Length known beforehand: needs no FNC1 after it. */
  readonly predefined: boolean;
  /** May stand in the query of a Digital Link. */
  readonly attribute: boolean;
  readonly components: readonly Component[];
  readonly lengthMax: number;
  /** For a Digital Link primary key: the ordered qualifier sequences it admits (possibly one empty one). */
  readonly qualifiers: readonly (readonly string[])[] | null;
}

/**
 * Every assigned AI: `AIs flags components [>qualifiers]`. `310-316:5` stands for 3100–3105 … 3160–3165.
 * Flags: * predefined length, ? Digital Link attribute. Checks: k check digit, d date with day 00, e date, h HHMM, z zero.
 */
const dictionary = `00 *? N18k >;01 *? N14k >22,10,21|235;02 *? N14k;03 * N14k;10 ? X..20;11-13,15-17 *? N6d;20 *? N2;21 - X..20;22 - X..20
235 - X..28;240-241 ? X..30;242 ? N..6;243 ? X..20;250-251 ? X..30;253 ? N13k[X..17] >;254 - X..20;255 ? N13k[N..12] >;30 ? N..8
310-316:5,320-337:5,340-357:5,360-369:5 *? N6;37 ? N..8;390:9,392:9 ? N..15;391:9,393:9 ? N3N..15;394:3 ? N4;395:5 ? N6
400 ? X..30;401 ? X..30 >;402 ? N17k >;403 ? X..30;410-413,416 *? N13k;414 *? N13k >254|7040;415 *? N13k >8020;417 *? N13k >7040
420 ? X..20;421 ? N3X..9;422,424,426 ? N3;423,425 ? N3[N3][N3][N3][N3];427 ? X..3
4300-4301,4310-4311,4320 ? X..35;4302-4306,4312-4316 ? X..70;4307,4317 ? X2;4308,4319 ? X..30;4309 ? N10N10;4318 ? X..20
4321-4323 ? N1;4324-4325 ? N6dN4h;4326 ? N6e;4330-4333 ? N6[X1]
7001 ? N13;7002 ? X..30;7003 ? N6eN4h;7004 ? N..4;7005 ? X..12;7006 ? N6e;7007 ? N6e[N6e];7008 ? X..3;7009 ? X..10;7010 ? X..2
7011 ? N6e[N4h];7020-7022 ? X..20;7023 ? X..30;7030-7039 ? N3X..27;7040 - N1X1X1X1;7041 - X..4;710-717 ? X..20;7230-7239 ? X2X..28
7240 ? X..20;7241 ? N2;7242 ? X..25;7250 ? N8;7251 ? N8N4h;7252 ? N1;7253-7254,7259 ? X..40;7255 ? X..10;7256 ? X..90;7257 ? X..70;7258 ? X3
8001 ? N4N5N3N1N1;8002 ? X..20;8003 ? N1zN13k[X..16] >;8004 ? X..30 >7040;8005 ? N6;8006 ? N14kN4 >22,10,21;8007 ? X..34
8008 ? N6eN2[N2][N2];8009 ? X..50;8010 ? Y..30 >8011;8011 - N..12;8012 ? X..20;8013 ? X..25 >;8014 - X..25;8017-8018 ? N18k >8019
8019 - N..10;8020 - X..25;8026 ? N14kN4;8030 ? Z..90;8040-8041 - N15;8042 - N32;8043 - N18[N..2];8110,8112 ? X..70;8111 ? N4
8200 - X..70;90 ? X..30;91-99 ? X..90`;

const charsets: Readonly<Record<string, RegExp>> = {
  N: /^[0-9]*$/,
  X: /^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]*$/,
  Y: /^[#\-/0-9A-Z]*$/,
  Z: /^[A-Za-z0-9_=-]*$/,
};

const checks: Readonly<Record<string, (part: string) => CodeError | null>> = {
  k: (part) =>
    hasValidCheckDigit(part) ? null : fault("BAD_CHECK_DIGIT", "the check digit does not fit the number"),
  d: (part) => (isDate(part, 0) ? null : fault("BAD_DATE", "the date YYMMDD does not exist")),
  e: (part) => (isDate(part, 1) ? null : fault("BAD_DATE", "the date YYMMDD does not exist")),
  h: (part) =>
    /^([01]\d|2[0-3])[0-5]\d$/.test(part) ? null : fault("BAD_DATE", "the time HHMM does not exist"),
  z: (part) => (part === "0" ? null : fault("BAD_CHARSET", "a GRAI begins with 0")),
};

const identifiers: ReadonlyMap<string, ApplicationIdentifier> = new Map(
  dictionary
    .split(/[;\n]/)
    .flatMap(entriesOf)
    .map((entry) => [entry.ai, entry]),
);

/** The application identifier named exactly `ai`, or null if GS1 has not assigned it. */
export function applicationIdentifier(ai: string): ApplicationIdentifier | null {
  return identifiers.get(ai) ?? null;
}

/** The application identifier that begins at `at` of an element string, or null. The table is prefix-free. */
export function applicationIdentifierAt(text: string, at: number): ApplicationIdentifier | null {
  for (const length of [2, 3, 4]) {
    const found = identifiers.get(text.slice(at, at + length));
    if (found) return found;
  }
  return null;
}

/** What is wrong with a value of an AI (length, characters, check digit, date), or null. */
export function checkValue(identifier: ApplicationIdentifier, value: string): CodeError | null {
  let at = 0;
  for (const component of identifier.components) {
    const part = value.slice(at, at + component.lengthMax);
    if (part === "" && component.optional) continue;
    if (!charsets[component.charset]?.test(part)) {
      return fault("BAD_CHARSET", `(${identifier.ai}) holds a character that is not allowed there`);
    }
    if (part.length < component.lengthMin) return fault("BAD_LENGTH", `(${identifier.ai}) is too short`);
    const wrong = checks[component.check]?.(part);
    if (wrong) return wrong;
    at += part.length;
  }
  return at === value.length ? null : fault("BAD_LENGTH", `(${identifier.ai}) is too long`);
}

function fault(code: CodeError["code"], message: string): CodeError {
  return { code, message };
}

function isDate(yymmdd: string, dayMin: number): boolean {
  const [year, month, day] = [0, 2, 4].map((at) => Number(yymmdd.slice(at, at + 2))) as [
    number,
    number,
    number,
  ];
  const days = [31, year % 4 === 0 ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? -1;
  return day >= dayMin && day <= days;
}

function entriesOf(line: string): ApplicationIdentifier[] {
  const [ais = "", flags = "", format = "", keys] = line.split(" ");
  const components = [...format.matchAll(/(\[?)([NXYZ])(\.\.)?(\d+)([a-z]?)/g)].map(
    ([, optional, charset = "N", variable, length, check = ""]): Component => ({
      charset,
      lengthMin: variable ? 1 : Number(length),
      lengthMax: Number(length),
      optional: optional === "[",
      check,
    }),
  );
  const common = {
    predefined: flags.includes("*"),
    attribute: flags.includes("?"),
    components,
    lengthMax: components.reduce((sum, { lengthMax }) => sum + lengthMax, 0),
    qualifiers:
      keys === undefined
        ? null
        : keys
            .slice(1)
            .split("|")
            .map((names) => names.split(",").filter(Boolean)),
  };
  return ais
    .split(",")
    .flatMap(namesOf)
    .map((ai) => ({ ai, ...common }));
}

/** `11-13` → 11, 12, 13; `310-311:1` → 3100, 3101, 3110, 3111. */
function namesOf(range: string): string[] {
  const [span = "", lastDigit] = range.split(":");
  const [from = "", to = from] = span.split("-");
  const names: string[] = [];
  for (let number = Number(from); number <= Number(to); number += 1) {
    const name = String(number).padStart(from.length, "0");
    if (lastDigit === undefined) names.push(name);
    else for (let digit = 0; digit <= Number(lastDigit); digit += 1) names.push(name + digit);
  }
  return names;
}
