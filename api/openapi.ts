import { Registry } from "prom-client";
import { loadConfig } from "#config";
import { createApp } from "./app.ts";
import { describeApi } from "./describe-api.ts";
import type { ApiParts } from "./parts.ts";

/** The API's OpenAPI 3.1 document without a running service: `docs/openapi.json` is this, printed. */
export function openApiDocument() {
  // The app is described, never asked, so that it needs none of its parts; settings say which routes there are.
  return describeApi(createApp({ metrics: new Registry(), config: loadConfig({}) } as ApiParts));
}
