/** Shapes of what the console asks for: people, sites, equipment, charts, alarms, the log. Times are ISO 8601 UTC, in charts epoch ms. */
import { z } from "@hono/zod-openapi";
import { equipmentStates } from "#domain/coldchain/equipment-state.ts";

export type { ClaimedGateway, Gateway, Gateways } from "./gateway-shapes.ts";
export type { DeadLetter, DeadLetters, Finding, Findings } from "./ingest-view-shapes.ts";

const time = z.iso.datetime();
const names = z.object({ zh: z.string(), en: z.string() });
const epochMs = z.int().openapi({ description: "epoch ms" });

/** What equipment is in, worst first; whatever is not known is never `in-range`. */
const state = z.enum(equipmentStates);
/** What a site is in: its worst equipment's state, or that nothing is watched there, which is never `in-range`. */
const siteState = z.enum([...equipmentStates, "no-equipment"]);

/** Who is signed in, and how far they see: `all` organisations, or their own. */
export const meShape = z
  .object({
    name: z.string(),
    email: z.string(),
    role: z.enum(["operator", "manager", "auditor"]),
    organisation: z.object({ id: z.string(), names, kind: z.string() }),
    reach: z.enum(["all", "own"]),
    mayAcknowledge: z.boolean(),
    mayKeepGateways: z.boolean().openapi({ description: "claim, revoke and give back their own" }),
  })
  .openapi("Me");

/** What the sign-in page needs before anybody is known: accounts to try, in a demo only. */
export const signInShape = z
  .object({
    demoAccounts: z.array(
      z.object({
        role: z.enum(["operator", "manager", "auditor"]),
        names,
        email: z.string(),
        password: z.string(),
      }),
    ),
  })
  .openapi("SignIn");

/** One piece of equipment as it is now; `tC` is its reading nearest to or furthest past a limit. */
const equipmentSummary = z.object({
  label: z.string().openapi({ description: "32 hex digits, printed on the equipment; its id in addresses" }),
  names,
  kind: z.enum(["refrigerator", "coldroom", "vehicle", "box"]),
  state,
  since: time.nullable().openapi({ description: "since when it is in that state, by the devices' time" }),
  tC: z.number().nullable(),
  asOf: time.nullable().openapi({ description: "time of the oldest of its points' newest readings" }),
  silentSince: time.nullable().openapi({
    description: "too cold or too warm, and nothing outside the limits was heard again since then",
  }),
  lowerLimitC: z.number(),
  upperLimitC: z.number(),
  points: z.int(),
});

/** One site with its equipment, worst first. */
export const siteShape = z
  .object({
    organisation: z.object({ id: z.string(), names }),
    id: z.string(),
    names,
    city: names.nullable(),
    province: names.nullable(),
    kind: z.enum(["shop", "warehouse", "vehicle"]),
    state: siteState,
    equipment: z.array(equipmentSummary),
    openAlarms: z.int(),
    lastingAlarms: z.int().openapi({ description: "of those, how many are known to last" }),
    unacknowledged: z.int(),
  })
  .openapi("Site");

/** All sites somebody may see, worst first. */
export const sitesShape = z.object({ asOf: time, sites: z.array(siteShape) }).openapi("Sites");

const acknowledgement = z.object({
  at: time,
  by: z.string(),
  action: z.enum(["moved", "quarantined", "repaired", "called", "checked", "other"]),
  reason: z.string(),
});

const placeAlarmKinds = [
  "too-cold",
  "too-warm",
  "no-data",
  "sensor-fault",
  "calibration-expired",
  "integrity",
] as const;
const logAlarmKinds = [
  "log-fork",
  "log-disagree",
  "log-costly",
  "log-funds",
  "log-copy",
  "log-down",
] as const;

/** One alarm; open until it is both over and acknowledged. */
export const alarmShape = z
  .object({
    id: z.int(),
    organisation: z.object({ id: z.string(), names }),
    site: z
      .object({ id: z.string(), names })
      .nullable()
      .openapi({ description: "null for an alarm about the log itself" }),
    equipment: z
      .object({ label: z.string(), names })
      .nullable()
      .openapi({ description: "null for one about the log, or about a gateway that no equipment hangs on" }),
    kind: z.enum([...placeAlarmKinds, ...logAlarmKinds]),
    since: time,
    until: time.nullable(),
    knownUntil: time.nullable().openapi({
      description:
        "set while it is retrospective: only back-filled readings tell of it, up to then; how it is since is not known",
    }),
    extremeC: z.number().nullable(),
    limitC: z.number().nullable(),
    openedAt: time,
    clearedAt: time.nullable(),
    grewAt: time.nullable().openapi({
      description:
        "when late readings last made an alarm that was over longer or worse, or a live one showed that a retrospective one lasts",
    }),
    acknowledged: acknowledgement.nullable(),
    acknowledgedBefore: acknowledgement.nullable().openapi({
      description: "what was said before it grew; it is to be acknowledged again",
    }),
  })
  .openapi("Alarm");

/** A page of alarms, open and unacknowledged first, then newest first. */
export const alarmsShape = z
  .object({ alarms: z.array(alarmShape), next: z.string().nullable() })
  .openapi("Alarms");

/** What a person says when acknowledging: what was done, and why. */
export const acknowledgeShape = z
  .strictObject({
    action: z.enum(["moved", "quarantined", "repaired", "called", "checked", "other"]),
    reason: z.string().trim().min(3).max(500),
  })
  .openapi("Acknowledge");

const sensor = z.object({
  id: z.string(),
  gateway: z.string(),
  channel: z.string(),
  tC: z.number().nullable(),
  err: z.string().nullable(),
  asOf: time.nullable(),
  calibration: z.object({ certificate: z.string(), validUntil: time, expired: z.boolean() }).nullable(),
});

/** Messages of one start of a gateway that never came, both ends included, and when that was found. */
const missing = z.object({
  gateway: z.string(),
  boot: z.int(),
  from: z.int(),
  to: z.int(),
  since: time,
});

/** One piece of equipment with its sensors, gateways and open alarms, and how far its readings are sealed and anchored. */
export const equipmentShape = z
  .object({
    ...equipmentSummary.shape,
    organisation: z.object({ id: z.string(), names }),
    site: z.object({ id: z.string(), names, city: names.nullable(), province: names.nullable() }),
    scope: z.enum(["shop", "warehouse", "transport"]),
    profile: z.object({ name: z.string(), version: z.int() }),
    segmentMs: z.int(),
    silentAfterMs: z.int().openapi({ description: "without a reading for so long it counts as no-data" }),
    sensors: z.array(sensor),
    gateways: z.array(
      z.object({
        id: z.string(),
        lastReceivedAt: time.nullable().openapi({
          description:
            "when a message of it last counted, of one that doesn't number its messages when its newest reading came; null before",
        }),
        signatureRequired: z.boolean(),
        skewMs: z.int().nullable().openapi({
          description:
            "how far its clock is behind ours, by the quickest of its newest live messages; negative ahead; null before one told. Of one that doesn't number its messages only how far ahead at least, where its newest reading came before it was taken",
        }),
      }),
    ),
    missing: z.array(missing).openapi({ description: "at most 20, newest first" }),
    alarms: z.array(alarmShape),
    sealedUntil: time.nullable(),
    anchoredUntil: time.nullable(),
  })
  .openapi("Equipment");

/** `[ts, minC, maxC, meanC, n, late]`: a bucket's start, extremes, mean, readings in it and how many of those came late. */
const bucket = z.tuple([epochMs, z.number(), z.number(), z.number(), z.int(), z.int()]);
const stretch = z.object({ sensor: z.string(), from: epochMs, to: epochMs.nullable() });

/** What a chart of one equipment shows: at most 2,000 buckets a sensor (design §10); times in epoch ms. */
export const chartShape = z
  .object({
    from: epochMs,
    to: epochMs,
    bucketMs: z.int(),
    lowerLimitC: z.number(),
    upperLimitC: z.number(),
    maxGapMs: z.int(),
    series: z.array(
      z.object({
        sensor: z.string(),
        minC: z.number().nullable(),
        maxC: z.number().nullable(),
        meanC: z.number().nullable(),
        n: z.int(),
        late: z.int(),
        coverage: z
          .number()
          .openapi({ description: "0 to 1: share of the period with readings close enough together" }),
        buckets: z.array(bucket),
      }),
    ),
    excursions: z.array(
      z.object({
        sensor: z.string(),
        direction: z.enum(["high", "low"]),
        from: epochMs,
        to: epochMs.nullable(),
        extremeC: z.number(),
      }),
    ),
    gaps: z.array(stretch),
    doors: z.array(z.object({ from: epochMs, to: epochMs.nullable() })),
    powerCuts: z.array(z.object({ from: epochMs, to: epochMs.nullable() })),
  })
  .openapi("Chart");

/** The log as it stands: checkpoints, anchors, the chain and what it proves. */
export const logShape = z
  .object({
    origin: z.string(),
    logId: z.string().nullable(),
    entries: z.int(),
    waiting: z.int().openapi({ description: "entries written and not anchored yet" }),
    state: z.enum(["anchored", "behind", "fork", "no-chain", "unknown"]).openapi({
      description: "`unknown`: nobody can say here now whether the chain still agrees",
    }),
    chain: z
      .object({
        class: z.enum(["operator", "consortium", "public"]),
        chainId: z.int(),
        contract: z.string(),
      })
      .nullable(),
    anchored: z.object({ size: z.int(), root: z.string(), at: time.nullable() }).nullable(),
    troubles: z
      .array(z.object({ kind: z.enum(logAlarmKinds), since: time }))
      .openapi({ description: "the alarms about the log that last" }),
    checkpoints: z.array(
      z.object({
        size: z.int(),
        root: z.string(),
        at: time,
        anchoredAt: time.nullable(),
        tx: z.string().nullable(),
      }),
    ),
    seals: z.array(z.object({ day: z.iso.date(), size: z.int(), root: z.string() })),
  })
  .openapi("LogState");

/** What one event of the live stream carries: the sites that changed or are gone, how many alarms are open, some at no site. */
export const liveShape = z
  .object({
    asOf: time,
    sites: z.array(siteShape),
    gone: z.array(z.object({ organisation: z.object({ id: z.string() }), id: z.string() })),
    openAlarms: z.int(),
    unacknowledged: z.int(),
    openAtNoSite: z.int().openapi({ description: "of the open ones, those about the log itself" }),
  })
  .openapi("Live");

/** Who is signed in. */
export type Me = z.infer<typeof meShape>;
/** What the sign-in page is told. */
export type SignIn = z.infer<typeof signInShape>;
/** One site. */
export type Site = z.infer<typeof siteShape>;
/** All sites. */
export type Sites = z.infer<typeof sitesShape>;
/** One piece of equipment in a site. */
export type EquipmentSummary = z.infer<typeof equipmentSummary>;
/** One piece of equipment, whole. */
export type Equipment = z.infer<typeof equipmentShape>;
/** One alarm. */
export type Alarm = z.infer<typeof alarmShape>;
/** A page of alarms. */
export type Alarms = z.infer<typeof alarmsShape>;
/** What acknowledging takes. */
export type Acknowledge = z.infer<typeof acknowledgeShape>;
/** A chart. */
export type Chart = z.infer<typeof chartShape>;
/** The log's state. */
export type LogState = z.infer<typeof logShape>;
/** One live event. */
export type Live = z.infer<typeof liveShape>;
