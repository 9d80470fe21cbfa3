import { AppError } from "#domain/errors.ts";

/** The epoch ms of a flag's ISO time. @throws AppError BAD_REQUEST naming the flag */
export function isoTime(text: string, flag: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw new AppError("BAD_REQUEST", `${flag} takes an ISO time such as 2026-01-31T08:00:00Z`);
  return time;
}
