/** Shapes of what ingestion set aside, and of what does not add up; times are ISO 8601 UTC. */
import { z } from "@hono/zod-openapi";

const next = z
  .string()
  .nullable()
  .openapi({ description: "give it as `cursor` for older ones; null at the end" });
const deadLetter = z
  .object({
    id: z.int(),
    at: z.iso.datetime(),
    gateway: z.string(),
    topic: z.string().nullable(),
    reading: z.int().nullable().openapi({ description: "which reading of the message; null: all of it" }),
    reason: z.string().openapi({ example: "BAD_SIGNATURE" }),
    cure: z.string().nullable(),
    detail: z.string(),
    payload: z.base64().openapi({ description: "the first 3,072 bytes of it" }),
    bytes: z.int().openapi({ description: "how many bytes were kept" }),
    count: z.int().openapi({ description: "how often the same came on that topic" }),
    lastAt: z.iso.datetime().openapi({ description: "when it came last" }),
  })
  .openapi("DeadLetter");
const finding = z
  .object({
    id: z.int(),
    at: z.iso.datetime(),
    kind: z.string().openapi({ example: "SEQ_CONFLICT" }),
    subject: z
      .string()
      .openapi({ description: "the gateway, the measuring point, the equipment or the log" }),
    detail: z.record(z.string(), z.unknown()),
    equipment: z
      .object({ label: z.string(), names: z.object({ zh: z.string(), en: z.string() }) })
      .nullable()
      .openapi({ description: "which one it is about, where it is about one" }),
  })
  .openapi("Finding");

/** A page of dead letters, newest first. */
export const deadLettersShape = z.object({ deadLetters: z.array(deadLetter), next });
/** A page of findings, newest first. */
export const findingsShape = z.object({ findings: z.array(finding), next });
/** A message or a reading that was set aside. */
export type DeadLetter = z.infer<typeof deadLetter>;
/** A page of what was set aside. */
export type DeadLetters = z.infer<typeof deadLettersShape>;
/** Something that does not add up. */
export type Finding = z.infer<typeof finding>;
/** A page of what does not add up. */
export type Findings = z.infer<typeof findingsShape>;
