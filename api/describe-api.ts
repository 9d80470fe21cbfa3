import type { Api } from "./parts.ts";

const title = "Coldmark";
const description =
  "Proves that a medicine stayed cold. Codes in a path are percent-encoded; times are ISO 8601 UTC; errors are RFC 9457 problems.";

/** The OpenAPI 3.1 document of an API with all its routes. */
export function describeApi(app: Api) {
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title, version: "0.1.0", description, license: { name: "Apache-2.0" } },
    tags: [
      { name: "packs", description: "What is recorded and proved of a pack" },
      { name: "epcis", description: "EPCIS 2.0 capture and query" },
      { name: "people", description: "Who signs in to the console" },
      { name: "log", description: "The append-only log (C2SP tlog-tiles) and its chain" },
      { name: "gateways", description: "What makers upload and shops claim, with the keys of each" },
      { name: "operation", description: "For whoever runs Coldmark" },
    ],
  });
}
