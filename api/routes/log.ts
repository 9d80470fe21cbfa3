import { createRoute, z } from "@hono/zod-openapi";
import { AppError } from "#domain/errors.ts";
import { parseTilePath, type TilePlace } from "#domain/log/tile.ts";
import { readCheckpoint, readEntryTile, readHashTile } from "#services/log/read-tiles.ts";
import { type Api, type ApiContext, type ApiParts, contextOf } from "../parts.ts";
import { problems, textOf, withKey } from "../shapes.ts";

const levelMax = 5;
const forever = "public, max-age=31536000, immutable";
const octets = "application/octet-stream";

const checkpoint = createRoute({
  method: "get",
  path: "/log/checkpoint",
  tags: ["log"],
  summary: "The newest signed checkpoint (C2SP tlog-checkpoint)",
  responses: { 200: textOf("text/plain", "a signed note"), ...problems("NOT_FOUND") },
});
const partial = "; a partial tile has .p/{width} at its end";

/** The log as public files that any CDN can carry; its entries for those who replay it. */
export function logRoutes(app: Api, parts: ApiParts): void {
  app.openapi(checkpoint, async (c) =>
    c.body(await readCheckpoint(parts), 200, {
      "Content-Type": "text/plain; charset=utf-8",
      "Cache-Control": "public, max-age=5",
    }),
  );
  describe(app);
  app.get("/log/tile/entries/*", async (c) => {
    const bytes = await readEntryTile(contextOf(parts, c), placeIn(c, "/log/tile/entries/"));
    return tile(c, bytes, forever.replace("public", "private"));
  });
  app.get("/log/tile/:level/*", async (c) => {
    const level = c.req.param("level");
    if (!/^\d$/.test(level) || Number(level) > levelMax) throw noTile();
    const place = { level: Number(level), ...placeIn(c, `/log/tile/${level}/`) };
    return tile(c, await readHashTile(parts, place), forever);
  });
}

/** Wildcards can't be told to OpenAPI as routes, so these two stand in the document by themselves. */
function describe(app: Api): void {
  const index = z.string().openapi({ example: "x001/234", description: `C2SP tlog-tiles number${partial}` });
  const responses = {
    200: textOf(octets, "256 hashes of 32 bytes, or as many as the width says"),
    ...problems("NOT_FOUND"),
  };
  app.openAPIRegistry.registerPath({
    method: "get",
    path: "/log/tile/{L}/{N}",
    tags: ["log"],
    summary: "Hashes of the log's tree",
    request: { params: z.object({ L: z.string(), N: index }) },
    responses,
  });
  app.openAPIRegistry.registerPath({
    method: "get",
    path: "/log/tile/entries/{N}",
    tags: ["log"],
    summary: "The log's entries, unopened, each after its length in two bytes",
    security: withKey,
    request: { params: z.object({ N: index }) },
    responses: { ...responses, ...problems("UNAUTHENTICATED") },
  });
}

function placeIn(c: ApiContext, prefix: string): Omit<TilePlace, "level"> {
  const place = parseTilePath(c.req.path.slice(prefix.length));
  if (place === null) throw noTile();
  return place;
}

function tile(c: ApiContext, bytes: Uint8Array, cache: string): Response {
  return c.body(new Uint8Array(bytes), 200, { "Content-Type": octets, "Cache-Control": cache });
}

function noTile(): AppError {
  return new AppError("NOT_FOUND", "there is no such tile");
}
