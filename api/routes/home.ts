import { readFile } from "node:fs/promises";
import { createRoute, z } from "@hono/zod-openapi";
import { etag } from "hono/etag";
import { scanAssets } from "#dashboard/scan/assets.ts";
import { indexPage } from "#dashboard/scan/index-page.ts";
import { AppError } from "#domain/errors.ts";
import { languageOf } from "../language.ts";
import type { Api, ApiParts } from "../parts.ts";
import { problems, textOf } from "../shapes.ts";

const home = createRoute({
  method: "get",
  path: "/",
  tags: ["packs"],
  summary: "A page to type a code into",
  request: { query: z.object({ lang: z.string().max(20).optional() }) },
  responses: { 200: textOf("text/html", "a page"), ...problems() },
});

/** The start page and the files that pages need. */
export function homeRoutes(app: Api, parts: Pick<ApiParts, "config" | "demoScans">): void {
  app.openapi(home, (c) => {
    const lang = languageOf({ lang: c.req.query("lang"), accept: c.req.header("accept-language") }, "zh-CN");
    const otherLanguage = `/?lang=${lang === "en" ? "zh-CN" : "en"}`;
    const urls = { otherLanguage, home: `/?lang=${lang}`, check: "/check" };
    const scans = parts.demoScans?.() ?? [];
    return c.html(indexPage({ lang, urls, scans, demo: parts.config.environment === "demo" }));
  });
  // What a browser asks for by itself where a document names no icon.
  app.get("/favicon.ico", (c) => c.redirect("/assets/favicon.svg", 308));
  app.use("/assets/*", etag());
  app.get("/assets/:file", async (c) => {
    const asset = Object.hasOwn(scanAssets, c.req.path) ? scanAssets[c.req.path] : undefined;
    const bytes = asset && (await readFile(asset.file).catch(() => null));
    if (!asset || !bytes) throw new AppError("NOT_FOUND", "there is no such file");
    const headers = { "Content-Type": asset.contentType, "Cache-Control": "public, max-age=300" };
    return c.body(new Uint8Array(bytes), 200, headers);
  });
}
