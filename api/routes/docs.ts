import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createRoute } from "@hono/zod-openapi";
import { html } from "hono/html";
import { AppError } from "#domain/errors.ts";
import { describeApi } from "../describe-api.ts";
import type { Api } from "../parts.ts";
import { problems, textOf } from "../shapes.ts";

const swaggerFolder = new URL(
  ".",
  `file://${createRequire(import.meta.url).resolve("swagger-ui-dist/package.json")}`,
);
/** The files of Swagger UI that the page needs, from our own disk: nothing is fetched from elsewhere. */
const swaggerFiles: Readonly<Record<string, string>> = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
};
const start = `window.addEventListener("load", () => {
  window.SwaggerUIBundle({ url: "/openapi.json", dom_id: "#api", deepLinking: true, validatorUrl: null });
});
`;
const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Coldmark API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</head>
<body><div id="api"></div></body>
</html>`;

const docs = createRoute({
  method: "get",
  path: "/docs",
  tags: ["operation"],
  summary: "This API to read and to try",
  responses: { 200: textOf("text/html", "a page") },
});
const document = createRoute({
  method: "get",
  path: "/openapi.json",
  tags: ["operation"],
  summary: "This API as an OpenAPI 3.1 document",
  responses: { 200: textOf("application/json", "the document"), ...problems() },
});

/** The API's own description, for machines and for people. */
export function docsRoutes(app: Api): void {
  app.openapi(document, (c) =>
    c.body(JSON.stringify(describeApi(app)), 200, { "Content-Type": "application/json" }),
  );
  app.openapi(docs, (c) => c.html(page));
  app.get("/docs/:file", async (c) => {
    const name = c.req.param("file");
    if (name === "start.js") return c.body(start, 200, { "Content-Type": "text/javascript; charset=utf-8" });
    const contentType = Object.hasOwn(swaggerFiles, name) ? swaggerFiles[name] : undefined;
    if (contentType === undefined) throw new AppError("NOT_FOUND", "there is no such file");
    const bytes = new Uint8Array(await readFile(new URL(name, swaggerFolder)));
    return c.body(bytes, 200, { "Content-Type": contentType, "Cache-Control": "public, max-age=86400" });
  });
}
