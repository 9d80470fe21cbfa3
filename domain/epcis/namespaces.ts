/** Prefixes that the EPCIS 2.0 context defines. */
const standardPrefixes: Readonly<Record<string, string>> = {
  epcis: "https://ref.gs1.org/epcis/",
  cbv: "https://ref.gs1.org/cbv/",
  cbvmda: "urn:epcglobal:cbv:mda:",
  gs1: "https://gs1.org/voc/",
  rdfs: "http://www.w3.org/2000/01/rdf-schema#",
  owl: "http://www.w3.org/2002/07/owl#",
  xsd: "http://www.w3.org/2001/XMLSchema#",
  dcterms: "http://purl.org/dc/terms/",
};

/** What a document's JSON-LD context says of the names in its events. */
export interface Namespaces {
  /** `example:myField` → `{https://ns.example.com/epcis/}myField`; other names stay. */
  expandKey(name: string): string;
  /** A CURIE of a known prefix as URI; other values stay. */
  expandValue(text: string): string;
  /** Names that the document's `…:ignoreFields` takes out of the event hash. */
  readonly ignoredFields: ReadonlySet<string>;
}

/** Reads contexts (an `@context` value each, or a whole document) over the prefixes of EPCIS; later ones win. */
export function namespacesOf(...contexts: readonly unknown[]): Namespaces {
  const prefixes = new Map(Object.entries(standardPrefixes));
  const ignoredFields = new Set<string>();
  for (const given of contexts) {
    if (isDocument(given)) for (const name of ignoredFieldsOf(given)) ignoredFields.add(name);
    for (const [prefix, uri] of definitionsOf(isDocument(given) ? given["@context"] : given))
      prefixes.set(prefix, uri);
  }
  const uriOf = (text: string): [uri: string, local: string] | null => {
    const [, prefix = "", local = ""] = /^([^:]+):(.+)$/s.exec(text) ?? [];
    const uri = prefixes.get(prefix);
    return uri === undefined ? null : [uri, local];
  };
  return {
    ignoredFields,
    expandKey: (name) => {
      const found = uriOf(name);
      return found ? `{${found[0]}}${found[1]}` : name;
    },
    expandValue: (text) => uriOf(text)?.join("") ?? text,
  };
}

function definitionsOf(context: unknown): [string, string][] {
  if (Array.isArray(context)) return context.flatMap(definitionsOf);
  if (typeof context !== "object" || context === null) return [];
  return Object.entries(context).filter((entry): entry is [string, string] => typeof entry[1] === "string");
}

function ignoredFieldsOf(document: Readonly<Record<string, unknown>>): string[] {
  const body = isObject(document.epcisBody) ? document.epcisBody : {};
  const results = isObject(body.queryResults) ? body.queryResults : {};
  const lists = [...Object.entries(document), ...Object.entries(results)].filter(([name]) =>
    name.endsWith(":ignoreFields"),
  );
  return lists
    .flatMap(([, names]) => (Array.isArray(names) ? names : [names]))
    .filter((name) => typeof name === "string");
}

function isDocument(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && "@context" in value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
