// The kinds of column every table shares: epoch-ms times, counts and ids as numbers, hashes as bytes.
import { bigint, bigserial, customType, jsonb, text } from "drizzle-orm/pg-core";

/** What something is called, in Chinese and in English. */
export interface Names {
  readonly zh: string;
  readonly en: string;
}

/** Raw bytes (`bytea`), a plain Uint8Array whichever database holds them. */
export const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({
  dataType: () => "bytea",
  fromDriver: (value) => new Uint8Array(value),
});

/** A whole number up to 2^53: an id, a size, or a time in epoch milliseconds. */
export const whole = () => bigint({ mode: "number" });

/** A number the database gives out, rising. */
export const serial = () => bigserial({ mode: "number" });

/** The organisation that owns the row: part of every unique key of a tenant's table (design §8). */
export const tenant = () => text("tenant_id").notNull();

/** Names in both languages. */
export const names = () => jsonb().$type<Names>();
