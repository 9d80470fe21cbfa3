import type { Command } from "commander";
import { openApiDocument } from "#api/openapi.ts";
import { say } from "./say.ts";

/** `coldmark openapi`: the API's description, as `/openapi.json` serves it and docs/openapi.json keeps it. */
export function addOpenApiCommand(program: Command): void {
  program
    .command("openapi")
    .description("print the API's OpenAPI description")
    .action(() => say(JSON.stringify(openApiDocument(), null, 2)));
}
