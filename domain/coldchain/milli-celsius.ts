/**
 * A temperature in whole milli-°C, rounded half up as the projector and every limit check do.
 * Near a half the decimal digits decide, so that 4.0005 becomes 4001 although 4.0005 × 1000 falls a little short of 4000.5.
 */
export function toMilliC(celsius: number): number {
  const scaled = celsius * 1000;
  const nearHalf = Math.abs(scaled - Math.floor(scaled) - 0.5) < 1e-6;
  return Math.round(nearHalf ? shiftedDigits(celsius) : scaled) + 0;
}

function shiftedDigits(celsius: number): number {
  const digits = String(celsius);
  return digits.includes("e") ? celsius * 1000 : Number(`${digits}e3`);
}
