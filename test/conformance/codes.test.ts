import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { applicationIdentifier } from "#domain/codes/application-identifiers.ts";
import { parseDigitalLink } from "#domain/codes/digital-link.ts";
import { buildElementString, parseBracketed, parseElementString } from "#domain/codes/element-string.ts";
import { canonicalEpc } from "#domain/codes/epc.ts";
import { parseCode } from "#domain/codes/parse.ts";

const data = resolve(process.env.COLDMARK_SHARED ?? "../shared", "data");
const readText = (file: string) => readFileSync(join(data, file), "utf8");
const readJson = (file: string) => JSON.parse(readText(file));
const gs = "\u001d";

interface Vector {
  readonly ok: boolean;
  readonly options?: object;
  readonly src: string;
}

/** Vectors with an `options` switch ask for behaviour that the engine itself has off by default. */
const byDefault = <V extends Vector>(file: string): V[] =>
  readJson(`gs1-syntax-engine/${file}`).filter((vector: V) => vector.options === undefined);

describe("GS1 Syntax Engine", () => {
  const links = byDefault<Vector & { uri: string; elements: string }>("dl-uri-parse.json");

  test("all 100 Digital Link URIs with default options", () => {
    expect(links).toHaveLength(100);
    for (const { ok, uri, elements, src } of links) {
      const result = parseDigitalLink(uri);
      const text = "elements" in result ? `^${buildElementString(result.elements).replaceAll(gs, "^")}` : "";
      expect(text, `${src} ${uri}`).toBe(ok ? elements : "");
      expect(parseCode(uri).error === undefined, `${src} ${uri}`).toBe(ok);
    }
  });

  const strings = byDefault<Vector & { elements: string }>("element-string-process.json");

  test("all 78 element strings", () => {
    expect(strings).toHaveLength(78);
    for (const { ok, elements, src } of strings) {
      const text = elements.startsWith("^") ? elements.slice(1).replaceAll("^", gs) : "";
      expect("elements" in parseElementString(text), `${src} ${elements}`).toBe(ok);
      if (elements.startsWith("^")) expect(parseCode(`]d2${text}`).error === undefined, elements).toBe(ok);
    }
  });

  test("all 27 element strings in brackets", () => {
    const vectors = byDefault<Vector & { ai: string; elements: string }>("ai-bracketed-parse.json");
    expect(vectors).toHaveLength(27);
    for (const { ok, ai, elements, src } of vectors) {
      const result = parseBracketed(ai);
      const text = "elements" in result ? `^${buildElementString(result.elements).replaceAll(gs, "^")}` : "";
      expect(text, `${src} ${ai}`).toBe(ok ? elements : "");
    }
  });

  /** A plain symbol may hold any text; the engine hands it on, we look for a code in it and find none. */
  const plainText = /^\](?:Q1|d1|J0)(?:|\\?\^?TESTING|HtTps:.*)$/;

  test("54 scans: 41 alike, 13 plain symbols that hold no code", () => {
    const vectors = byDefault<Vector & { scan: string; data: string }>("scan-data-process.json");
    const plain = vectors.filter(({ scan }) => plainText.test(scan));
    expect([vectors.length, plain.length]).toEqual([54, 13]);
    for (const { ok, scan, data: expected, src } of vectors) {
      const parsed = parseCode(scan);
      expect(parsed.error === undefined, `${src} ${JSON.stringify(scan)}`).toBe(ok && !plainText.test(scan));
      if (parsed.error === undefined) expect(parsed.ai, src).toEqual(elementsOf(expected));
    }
  });

  /** `^…` is an element string, `https…` a link, digits an EAN, `|` joins a composite component. */
  function elementsOf(text: string): Record<string, string> {
    if (/^https?:/i.test(text)) return { ...parseCode(text).ai };
    const [linear = "", composite] = text.split("|");
    const ean = linear.startsWith("^") ? linear : `^01${linear.padStart(14, "0")}`;
    const result = parseElementString((ean + (composite ?? "")).slice(1).replaceAll("^", gs));
    return Object.fromEntries("elements" in result ? result.elements : []);
  }

  test("generated links of codes that hold one primary key", () => {
    const vectors = byDefault<Vector & { ai: string; uri: string; stem: string | null }>(
      "dl-uri-generate.json",
    );
    // Left out: codes with several primary keys (the engine takes the first one read, we the trade item); the rest
    // of the refused ones break association rules, which a scan of one of two symbols may break too.
    const single = vectors.filter(({ ok, ai }) => ok && !/\((253|8017|8010)\)/.test(ai));
    expect(single).toHaveLength(10);
    for (const { ai, uri, stem } of single) {
      const host = (stem ?? "https://id.gs1.org").replace(/\/$/, "");
      expect(parseCode(ai).digitalLink?.replace("https://id.gs1.org", host), ai).toBe(uri);
    }
  });
});

describe("GS1 Syntax Dictionary", () => {
  const lines = readText("gs1-syntax-dictionary/gs1-syntax-dictionary.txt")
    .split("\n")
    .filter((line) => /^\d/.test(line));

  /** The dictionary's linters that we apply; the others (countries, IBAN, …) concern no field that we use. */
  const linters: Record<string, string> = { csum: "k", yymmd0: "d", yymmdd: "e", hhmi: "h", zero: "z" };

  function expectedComponents(specification: string) {
    return [...specification.matchAll(/(\[?)([NXYZ])(\.\.)?(\d+)\]?((?:,\w+)*)/g)].map(
      ([, optional, charset, variable, length, names = ""]) => ({
        charset,
        lengthMin: variable ? 1 : Number(length),
        lengthMax: Number(length),
        optional: optional === "[",
        check: names
          .split(",")
          .flatMap((name) => linters[name] ?? [])
          .join(""),
      }),
    );
  }

  test("every assigned AI is in our table, with its flags, format and qualifiers", () => {
    let count = 0;
    for (const line of lines) {
      const [, from = "", to = from, flags = "", rest = ""] =
        /^(\d+)(?:-(\d+))?\s+([*?]*)\s+([^#]*)/.exec(line) ?? [];
      const keys = /\bdlpkey(?:=(\S+))?/.exec(rest);
      for (let number = Number(from); number <= Number(to); number += 1) {
        const ai = String(number).padStart(from.length, "0");
        expect(applicationIdentifier(ai), ai).toMatchObject({
          ai,
          predefined: flags.includes("*"),
          attribute: flags.includes("?"),
          components: expectedComponents(rest.split(/\s(?:req|ex|dlpkey)\b/)[0] ?? ""),
          qualifiers: keys
            ? (keys[1] ?? "").split("|").map((names) => names.split(",").filter(Boolean))
            : null,
        });
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(500);
  });

  test("no AI is in our table that GS1 has not assigned", () => {
    const assigned = new Set(
      lines.flatMap((line) => {
        const [, from = "", to = from] = /^(\d+)(?:-(\d+))?/.exec(line) ?? [];
        return Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) =>
          String(Number(from) + i).padStart(from.length, "0"),
        );
      }),
    );
    for (let number = 0; number < 10_000; number += 1) {
      for (const length of [2, 3, 4]) {
        const ai = String(number).padStart(length, "0");
        if (!assigned.has(ai)) expect(applicationIdentifier(ai), ai).toBeNull();
      }
    }
  });

  test.each([
    ["csum", "00"],
    ["csum", "01"],
    ["csum", "414"],
    ["yymmd0", "17"],
    ["yymmdd", "4326"],
  ])("linter cases of %s that have the length of (%s)", (linter, ai) => {
    const length = applicationIdentifier(ai)?.lengthMax;
    const cases: { data: string; ok: boolean }[] = readJson("gs1-syntax-dictionary/linter-cases.json")[
      linter
    ];
    const ofLength = cases.filter(({ data: value }) => value.length === length);
    expect(ofLength.length).toBeGreaterThan(0);
    for (const { data: value, ok } of ofLength) {
      expect(parseCode(`]d2${ai}${value}`).error === undefined, value).toBe(ok);
    }
  });
});

describe("EPC URNs of the OpenEPCIS translator", () => {
  const vectors = readJson("openepcis-digitallink-translator/identifier-translation.json");

  /** Its links leave a "/" of the part number unescaped, so that they are no Digital Links. */
  const unescaped = ["urn:epc:id:cpi:6282274.234748947/.94304", "urn:epc:idpat:cpi:858588503943.4/38.*"];

  test("URNs become the Digital Links it names", () => {
    const different: string[] = [];
    for (const { urn, dl, note } of [...vectors.urn_to_dl, ...vectors.class_urn_to_dl]) {
      if (note === undefined && canonicalEpc(urn) !== canonicalEpc(dl)) different.push(urn);
    }
    expect(different).toEqual(unescaped);
  });
});
