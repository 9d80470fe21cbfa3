import { toMilliC } from "../coldchain/milli-celsius.ts";

/** Beyond these no temperature is plausible in any unit, and digits need not be counted. */
const farthest = 10_000;
const decimal = /^(-?)(\d+)(?:\.(\d+))?(?:e-(\d+))?$/;

/**
 * A temperature in °C with three decimals: converted from its decimal digits as an exact fraction and rounded once, half
 * up, to milli-°C (design §4). What is no plausible temperature in any unit comes back as it is, to be refused as such.
 */
export function toCelsius(value: number, unit: "C" | "F" | "K"): number {
  if (!(Math.abs(value) <= farthest)) return value;
  if (unit === "C") return toMilliC(value) / 1_000;
  const { digits, scale } = exact(value);
  if (unit === "K") return milli(1_000n * digits - 273_150n * scale, scale);
  return milli(5_000n * (digits - 32n * scale), 9n * scale);
}

/** The number that a double stands for when it is written: digits / scale. */
function exact(value: number): { digits: bigint; scale: bigint } {
  const [, sign = "", whole = "0", fraction = "", exponent = "0"] = decimal.exec(String(value)) ?? [];
  const scale = 10n ** BigInt(fraction.length + Number(exponent));
  return { digits: BigInt(sign + whole + fraction), scale };
}

function milli(numerator: bigint, denominator: bigint): number {
  const doubled = 2n * numerator + denominator;
  const divisor = 2n * denominator;
  const rest = doubled % divisor;
  const floor = (doubled - (rest < 0n ? rest + divisor : rest)) / divisor;
  return Number(floor) / 1_000;
}
