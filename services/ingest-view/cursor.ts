import { AppError } from "#domain/errors.ts";

/** The token that leads to the next page: the key of the last row shown. */
export function writeCursor(key: readonly number[]): string {
  return key.join("-");
}

/**
 * The key in a token of `length` numbers. It only says where to go on among the caller's own rows, so that a forged one
 * shows nothing new.
 * @throws AppError BAD_REQUEST for a text that no page gave
 */
export function readCursor(token: string, length: number): number[] {
  const key = token.split("-").map((part) => (/^\d{1,16}$/.test(part) ? Number(part) : Number.NaN));
  if (key.length === length && key.every(Number.isSafeInteger)) return key;
  throw new AppError("BAD_REQUEST", "cursor is not one that a page gave");
}
