import { AppError } from "#domain/errors.ts";

/** Activation energy of USP <1160>, kJ/mol. */
const activationEnergyDefault = 83.144;
/** Gas constant as USP <1160> prints it, kJ/(mol·K). */
const gasConstant = 0.0083144;
const kelvinAtZeroC = 273.15;
/** 5 °C: terms are taken relative to it, so that sums stay near 1 and lose no digits. */
const kelvinReference = 278.15;

/**
 * Mean kinetic temperature in °C of samples `t` (°C), each standing for `weight` (any one unit of time).
 * Whether the law allows an MKT at all is the caller's rule. USP <1160>; activation energy in kJ/mol.
 * Throws BAD_REQUEST when no sample carries weight or a number is not finite.
 */
export function meanKineticTemperature(
  samples: readonly { readonly t: number; readonly weight: number }[],
  { activationEnergy = activationEnergyDefault }: { readonly activationEnergy?: number } = {},
): number {
  const weighted = samples.filter((sample) => sample.weight !== 0);
  if (weighted.length === 0 || !weighted.every(isUsable) || !(activationEnergy > 0)) {
    throw new AppError("BAD_REQUEST", "a mean kinetic temperature needs finite samples with positive weight");
  }
  const energyKelvin = activationEnergy / gasConstant;
  const exponents = weighted.map((sample) => -energyKelvin / (sample.t + kelvinAtZeroC));
  const largest = exponents.reduce((a, b) => Math.max(a, b));
  let sum = 0;
  let weightSum = 0;
  for (const [index, { weight }] of weighted.entries()) {
    sum += weight * Math.exp((exponents[index] ?? 0) - largest);
    weightSum += weight;
  }
  return -energyKelvin / (largest + Math.log(sum / weightSum)) - kelvinAtZeroC;
}

/**
 * What one reading adds to a window's MKT sum, per unit of weight: exp(ΔH/R · (1/278.15 − 1/T)), T from milli-°C.
 * Terms add up, so windows can be joined; `mktFromTerms` turns a sum back into a temperature.
 */
export function mktTerm(tMilliC: number): number {
  const kelvin = tMilliC / 1000 + kelvinAtZeroC;
  return Math.exp((activationEnergyDefault / gasConstant) * (1 / kelvinReference - 1 / kelvin));
}

/** Mean kinetic temperature in °C from Σ weight·`mktTerm` and Σ weight. Throws BAD_REQUEST when either is not positive. */
export function mktFromTerms(sumOfWeightedTerms: number, sumOfWeights: number): number {
  if (!(sumOfWeightedTerms > 0 && sumOfWeights > 0)) {
    throw new AppError("BAD_REQUEST", "a mean kinetic temperature needs terms with positive weight");
  }
  const mean = Math.log(sumOfWeightedTerms / sumOfWeights);
  return 1 / (1 / kelvinReference - (mean * gasConstant) / activationEnergyDefault) - kelvinAtZeroC;
}

function isUsable({ t, weight }: { readonly t: number; readonly weight: number }): boolean {
  return Number.isFinite(t) && t > -kelvinAtZeroC && Number.isFinite(weight) && weight > 0;
}
