import { AppError } from "#domain/errors.ts";
import type { GatewayPlace } from "#store/own-gateways.ts";

const form = /^([01])-(\d{1,15})-([a-z0-9-]{2,40})$/;

/** The token that leads to the next page of gateways: where the last one shown stands. */
export function writeGatewayCursor({ isRevoked, acceptedAt, id }: GatewayPlace): string {
  return `${Number(isRevoked)}-${acceptedAt}-${id}`;
}

/**
 * The place in such a token. A forged one shows nothing but the caller's own rows.
 * @throws AppError BAD_REQUEST for a text that no page gave
 */
export function readGatewayCursor(token: string): GatewayPlace {
  const [, revoked, acceptedAt, id] = form.exec(token) ?? [];
  if (id === undefined) throw new AppError("BAD_REQUEST", "cursor is not one that a page gave");
  return { isRevoked: revoked === "1", acceptedAt: Number(acceptedAt), id };
}
