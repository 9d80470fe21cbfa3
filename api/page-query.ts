import { z } from "@hono/zod-openapi";

/** The fields by which a list is asked for page by page; more than `limitMax` at once is taken as `limitMax`. */
export const pageQuery = (limitMax: number) => ({
  limit: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, "must be a whole number from 1")
    .transform((text) => Math.min(Number(text), limitMax))
    .optional()
    .openapi({ type: "integer", minimum: 1, maximum: limitMax }),
  cursor: z.string().min(1).max(64).optional().openapi({ description: "`next` of the page before" }),
});
