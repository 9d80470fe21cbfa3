import { expect, test } from "vitest";
import { checkDigit, hasValidCheckDigit } from "./check-digit.ts";

test.each(["12345678901231", "123456789012345675", "1234567890128", "02345673", "06901234567892"])(
  "%s is valid",
  (key) => {
    expect(hasValidCheckDigit(key)).toBe(true);
    expect(checkDigit(key.slice(0, -1))).toBe(key.slice(-1));
  },
);

test("every other last digit is refused", () => {
  const valid = [..."0123456789"].filter((digit) => hasValidCheckDigit(`0234567${digit}`));
  expect(valid).toEqual(["3"]);
});
