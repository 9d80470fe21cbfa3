/** The GS1 check digit of a string of digits (GTIN, SSCC, GLN, …): weights 3,1,3… from the right. GS1 General Specifications §7.9. */
export function checkDigit(digits: string): string {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const weight = (digits.length - index) % 2 === 1 ? 3 : 1;
    sum += weight * (digits.charCodeAt(index) - 48);
  }
  return String((10 - (sum % 10)) % 10);
}

/** Whether the last digit of a numeric key is the check digit of the others. */
export function hasValidCheckDigit(key: string): boolean {
  return checkDigit(key.slice(0, -1)) === key.slice(-1);
}
