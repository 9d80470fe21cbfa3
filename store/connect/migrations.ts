import { fileURLToPath } from "node:url";

/** How Drizzle's migrator finds the migrations that stand beside the schema. */
export const migrationConfig = { migrationsFolder: fileURLToPath(new URL("../migrations", import.meta.url)) };
