// The register file: what it may hold. Every rule that one value can break by itself is here.
import { z } from "zod";
import { hasValidCheckDigit } from "#domain/codes/check-digit.ts";
import { channelLengthMax } from "#domain/formats/decode-reading.ts";
import { sourceShape } from "#domain/formats/source.ts";
import { apiKeyScopes } from "#store/schema/api-keys.ts";
import { equipmentKinds, profiles, scopes } from "#store/schema/equipment.ts";
import { gatewayKinds } from "#store/schema/gateways.ts";
import { keyAlgorithms } from "#store/schema/keys.ts";
import { memberRoles } from "#store/schema/memberships.ts";
import { organisationKinds } from "#store/schema/organisations.ts";
import { siteKinds } from "#store/schema/sites.ts";
import { apiKeyPattern } from "../api-keys/secret.ts";
import { passwordLengths } from "../people/password-lengths.ts";
import { kidPattern, publicKeyForm, readPublicKey } from "../public-key.ts";

const slug = z.string().regex(/^[a-z0-9][a-z0-9-]{1,39}$/, "must be a slug: 2 to 40 of a-z, 0-9 and -");
const label = z
  .string()
  .regex(/^[0-9a-f]{32}$/, "must be 16 bytes in lower-case hex, or absent to get a random one");
const words = z.string().min(1).max(200);
const names = z.strictObject({ zh: words, en: words });
/** A place's name; one text stands for both languages. */
const placeName = z.union([words.transform((text) => ({ zh: text, en: text })), names]);
/** What gateways call a sensor, of a source `{device}/{value}`: matched as it is, shown to people, never part of a query. */
const channel = z
  .string()
  .max(channelLengthMax)
  .regex(
    /^(?! )[\p{L}\p{M}\p{N}\p{P}\p{S} ]+(?<! )$/u,
    `must be 1 to ${channelLengthMax} visible characters, with spaces inside only`,
  );
const kid = z.string().regex(kidPattern, "must be 1 to 64 letters, digits or . : _ -");
/** AI 82-character set of GS1 (General Specifications §7.11, figure 7.11-1). */
const gs1Text = (most: number) =>
  z
    .string()
    .regex(
      new RegExp(`^[!"%&'()*+,\\-./0-9:;<=>?A-Z_a-z]{1,${most}}$`),
      `must be 1 to ${most} GS1 characters`,
    );
const digits = (length: number, what: string) =>
  z
    .string()
    .regex(new RegExp(`^\\d{${length}}$`), {
      error: `must be the ${length} digits of a ${what}`,
      abort: true,
    })
    .refine(hasValidCheckDigit, `has a wrong check digit: not a ${what}`);
const gln = digits(13, "GLN");
const gtin = digits(14, "GTIN (a shorter one with leading zeros)");
const celsius = z
  .number()
  .min(-100)
  .max(100)
  .refine((c) => Math.abs(c * 1000 - Math.round(c * 1000)) < 1e-6, "must have at most 3 decimals");
const time = z
  .union(
    [z.iso.datetime({ offset: true }), z.iso.date()],
    "must be an ISO 8601 time with its offset, or a date (UTC)",
  )
  .transform((text) => Date.parse(text));
const limits = { lowerLimitC: celsius, upperLimitC: celsius };
const key = z
  .strictObject({
    kid,
    alg: z.enum(keyAlgorithms),
    publicKey: z.string(),
    offline: z.boolean().default(false),
    revokedAt: time.optional(),
  })
  .transform((it, context) => {
    const publicKey = readPublicKey(it.alg, it.publicKey);
    if (publicKey !== null) return { ...it, publicKey };
    context.addIssue({ code: "custom", path: ["publicKey"], message: publicKeyForm(it.alg) });
    return z.NEVER;
  });

const calibration = z
  .strictObject({
    certificate: z.string().min(1).max(100),
    calibratedAt: time,
    validUntil: time,
    errorC: celsius.optional(),
    lab: z.string().max(200).optional(),
  })
  .refine((it) => it.calibratedAt < it.validUntil, {
    path: ["validUntil"],
    message: "must be after calibratedAt",
  });

const sensor = z.strictObject({
  id: slug,
  gateway: slug,
  channel,
  point: label.optional(),
  since: time.optional(),
  calibrations: z.array(calibration).max(100).default([]),
});

const dayMs = 86_400_000;
const equipment = z
  .strictObject({
    id: slug,
    kind: z.enum(equipmentKinds),
    scope: z.enum(scopes).optional(),
    names,
    extension: gs1Text(20).optional(),
    giai: gs1Text(30).optional(),
    grai: z
      .string()
      .regex(/^0\d{13}[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{0,16}$/, {
        error: "must be 0, 13 digits and at most 16 characters",
        abort: true,
      })
      .refine((it) => hasValidCheckDigit(it.slice(1, 14)), "has a wrong check digit: not a GRAI")
      .optional(),
    label: label.optional(),
    ...limits,
    profile: z.enum(profiles).default("CN-GSP"),
    segmentMs: z
      .int()
      .min(10_000)
      .refine((ms) => dayMs % ms === 0, "must divide a day evenly")
      .optional(),
    validatedMs: z.int().min(0).optional(),
    since: time.optional(),
    sensors: z.array(sensor).max(1_000).default([]),
  })
  .refine((it) => [it.extension, it.giai, it.grai].filter((id) => id !== undefined).length <= 1, {
    path: ["extension"],
    message: "only one of extension, giai and grai may be given",
  });

const gateway = z
  .strictObject({
    id: slug,
    kind: z.enum(gatewayKinds),
    source: sourceShape.optional(),
    signatureRequired: z.boolean().default(false),
    keys: z.array(key).max(100).default([]),
    mqttPassword: z
      .string()
      .min(16, "must have at least 16 characters, or be absent to get a random one")
      .max(200)
      .optional(),
    revoked: z.boolean().optional(),
  })
  .refine(
    ({ kind, source }) => (source?.kind ?? null) === (kind === "native" || kind === "replay" ? null : kind),
    {
      path: ["source"],
      message: "must be given with the same kind as the gateway's, and not at all for native and replay",
    },
  )
  .refine(({ source, signatureRequired }) => source === undefined || !signatureRequired, {
    path: ["signatureRequired"],
    message: "can't be with a source: what it says is unsigned",
  });

const site = z.strictObject({
  id: slug,
  kind: z.enum(siteKinds),
  gln,
  names,
  city: placeName.optional(),
  province: placeName.optional(),
  label: label.optional(),
  equipment: z.array(equipment).max(1_000).default([]),
  gateways: z.array(gateway).max(1_000).default([]),
});

const product = z.strictObject({ gtin, names, ...limits, effectiveFrom: time.optional() });

const person = z.strictObject({
  email: z.email("must be a mail address").max(254).toLowerCase(),
  name: words,
  role: z.enum(memberRoles),
  password: z
    .string()
    .min(
      passwordLengths.min,
      `must have at least ${passwordLengths.min} characters, or be absent to get a random one`,
    )
    .max(passwordLengths.max)
    .optional(),
  revoked: z.boolean().optional(),
});

const organisation = z.strictObject({
  id: slug,
  kind: z.enum(organisationKinds),
  names,
  gln: gln.optional(),
  keys: z.array(key).max(1_000).default([]),
  apiKeys: z
    .array(
      z.strictObject({
        id: slug,
        scopes: z.array(z.enum(apiKeyScopes)).min(1),
        secret: z
          .string()
          .regex(apiKeyPattern, "must be cmk_ and 43 base64url characters, or absent")
          .optional(),
        revoked: z.boolean().optional(),
      }),
    )
    .max(100)
    .default([]),
  people: z.array(person).max(10_000).default([]),
  sites: z.array(site).max(1_000).default([]),
  products: z.array(product).max(10_000).default([]),
  lots: z
    .array(z.strictObject({ gtin, lot: gs1Text(20), expiry: z.iso.date("must be a date, YYYY-MM-DD") }))
    .max(100_000)
    .default([]),
});

/** The shape of a register file; parsing fills in defaults and turns times into epoch ms, keys into bytes. */
export const networkShape = z.strictObject({
  coldmark: z.literal(1, "must be 1, the version of this form"),
  operator: slug,
  organisations: z.array(organisation).min(1).max(10_000),
  signatures: z
    .array(z.strictObject({ kid, sig: z.string() }))
    .max(1_000)
    .default([]),
});

/** A register file that has been read. */
export type Network = z.infer<typeof networkShape>;
/** One organisation of it, with all it owns. */
export type OrganisationFile = Network["organisations"][number];
/** A site of an organisation. */
export type SiteFile = OrganisationFile["sites"][number];
/** A piece of equipment of a site. */
export type EquipmentFile = SiteFile["equipment"][number];
/** A sensor in a piece of equipment. */
export type SensorFile = EquipmentFile["sensors"][number];
/** A public key to enrol. */
export type KeyFile = OrganisationFile["keys"][number];
