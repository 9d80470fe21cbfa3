import { readFile } from "node:fs/promises";
import { consoleAsset, consolePage } from "#dashboard/console/assets.ts";
import { AppError } from "#domain/errors.ts";
import type { Api } from "../parts.ts";

const forever = "public, max-age=31536000, immutable";

/** The manager's app: its files, which never change under a name, and its page at every address of its own. */
export function consolePageRoutes(app: Api): void {
  app.get("/console/assets/:file", async (c) => {
    const asset = consoleAsset(c.req.param("file"));
    const bytes = asset && (await readFile(asset.file).catch(() => null));
    if (!asset || !bytes) throw new AppError("NOT_FOUND", "there is no such file");
    return c.body(new Uint8Array(bytes), 200, {
      "Content-Type": asset.contentType,
      "Cache-Control": forever,
    });
  });
  app.get("/console", (c) => c.redirect("/console/", 308));
  app.get("/console/*", async (c) => {
    const html = await readFile(consolePage, "utf8").catch(() => null);
    if (html === null)
      throw new AppError("UNAVAILABLE", "the console is not built: run `coldmark build`, then try again");
    return c.html(html, 200, { "Cache-Control": "no-store" });
  });
}
