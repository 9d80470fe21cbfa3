import type { Config } from "drizzle-kit";

/** How drizzle-kit writes the migrations: `drizzle-kit generate --name WHAT` after a change of the schema. */
export default {
  dialect: "postgresql",
  schema: "./store/schema/*.ts",
  out: "./store/migrations",
  casing: "snake_case",
} satisfies Config;
