import { createRoute, z } from "@hono/zod-openapi";
import { serialPattern } from "#domain/codes/gateway-sticker.ts";
import { fromHex } from "#domain/log/bytes.ts";
import { listDevices } from "#services/devices/list-devices.ts";
import { uploadDevices } from "#services/devices/upload-devices.ts";
import { nameableKeyFields, readKey } from "../gateway-shapes.ts";
import { pageQuery } from "../page-query.ts";
import { type Api, type ApiParts, contextOf } from "../parts.ts";
import { readShape } from "../read-json.ts";
import { bodyOf, jsonOf, problems, withKey } from "../shapes.ts";

const devicesMax = 1_000;
const limits = { maxBytes: 1_048_576, maxDepth: 4 };
const limitByDefault = 100;
const limitMax = 1_000;
const serial = z.string().regex(serialPattern, "must be 2 to 40 letters, digits or -, beginning with none");
const claimSha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "must be the SHA-256 of the sticker's code as 64 hex digits in lower case");
const device = z.strictObject({ serial, ...nameableKeyFields, claimSha256 });
const listOf = <Device extends z.ZodType>(it: Device) =>
  z.strictObject({ devices: z.array(it).min(1).max(devicesMax) });
const body = listOf(device.transform(readKey));
const told = z
  .object({
    serial: z.string(),
    kid: z.string(),
    alg: z.enum(["Ed25519", "ES256"]),
    publicKey: z.base64(),
    state: z.enum(["free", "claimed", "given-back"]),
    uploadedAt: z.iso.datetime(),
  })
  .openapi("MakerDevice");

const upload = createRoute({
  method: "post",
  path: "/v1/devices",
  tags: ["gateways"],
  summary:
    "Upload up to 1,000 gateways of your making, all or none; the same again changes nothing (scope devices)",
  security: withKey,
  request: { body: bodyOf(listOf(device)) },
  responses: {
    200: jsonOf(z.object({ added: z.int(), unchanged: z.int() }), "taken in"),
    ...problems("UNAUTHENTICATED", "CONFLICT", "TOO_LARGE", "UNSUPPORTED_MEDIA"),
  },
});
const list = createRoute({
  method: "get",
  path: "/v1/devices",
  tags: ["gateways"],
  summary: "Gateways of your making in order of serial, and whether each was claimed (scope devices)",
  security: withKey,
  request: { query: z.strictObject(pageQuery(limitMax)) },
  responses: {
    200: jsonOf(z.object({ devices: z.array(told), next: z.string().nullable() }), "a page of them"),
    ...problems("UNAUTHENTICATED"),
  },
});

/** What makers tell of the gateways they make. */
export function deviceRoutes(app: Api, parts: ApiParts): void {
  app.openapi(upload, async (c) => {
    const { devices } = await readShape(c.req.raw, body, limits);
    const stated = devices.map((each) => ({ ...each, claimSha256: fromHex(each.claimSha256) }));
    return c.json(await uploadDevices(contextOf(parts, c), stated), 200);
  });
  app.openapi(list, async (c) => {
    const { limit = limitByDefault, cursor } = c.req.valid("query");
    const page = await listDevices(contextOf(parts, c), { limit, ...(cursor && { cursor }) });
    const devices = page.devices.map((each) => ({
      ...each,
      uploadedAt: new Date(each.uploadedAt).toISOString(),
    }));
    return c.json({ devices, next: page.next }, 200);
  });
}
