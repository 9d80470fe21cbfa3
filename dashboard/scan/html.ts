import type { html } from "hono/html";

/** A piece of page made by `html` of hono/html: every value in it was escaped. */
export type Html = ReturnType<typeof html>;
