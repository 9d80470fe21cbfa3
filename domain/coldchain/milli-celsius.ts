/**
 * A temperature in whole milli-°C, rounded half up as the projector and every limit check do.
 * The shift is made on the decimal digits, so that 8.0005 becomes 8001 and not 8000.
 */
export function toMilliC(celsius: number): number {
  const digits = String(celsius);
  const shifted = digits.includes("e") ? celsius * 1000 : Number(`${digits}e3`);
  return Math.round(shifted) + 0;
}
