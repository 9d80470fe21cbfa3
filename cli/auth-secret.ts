import { join } from "node:path";
import { secretIn } from "#anchor/keys.ts";
import type { Config } from "#config";
import { AppError } from "#domain/errors.ts";
import { toHex } from "#domain/log/bytes.ts";

/**
 * What signs the sessions of people: the setting, else a secret in the data folder, made on the first start. Production
 * may run several processes, so there it must be set.
 * @throws AppError BAD_SETTING
 */
export function authSecret(config: Pick<Config, "authSecret" | "dataDir" | "environment">): string {
  if (config.authSecret !== undefined) return config.authSecret.reveal();
  if (config.environment === "production") {
    const faults = [{ setting: "AUTH_SECRET", message: "is needed in production" }];
    throw new AppError("BAD_SETTING", "AUTH_SECRET is needed in production", { faults });
  }
  return toHex(secretIn(join(config.dataDir, "keys", "auth.key")));
}
