import { AppError } from "#domain/errors.ts";

/** The whole number a flag was given, or its usual value. @throws AppError BAD_SETTING outside of its limits */
export function wholeNumber(
  flag: string,
  text: string | undefined,
  usual: number,
  [least, most]: [number, number],
): number {
  const value = text === undefined ? usual : Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new AppError("BAD_SETTING", `${flag} must be a whole number from ${least} to ${most}`);
}
