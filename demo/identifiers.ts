/** GS1 identifiers of the demo under prefix 952, which GS1 keeps for demonstrations: they can't meet a real one. */
import { checkDigit } from "#domain/codes/check-digit.ts";

const companyPrefix = "9521234";

/** A 14-digit GTIN of the demo's maker. */
export function demoGtin(item: number): string {
  return withCheckDigit(`0${companyPrefix}${pad(item, 5)}`);
}

/** A 13-digit GLN of one demo site or organisation. */
export function demoGln(place: number): string {
  return withCheckDigit(`${companyPrefix}${pad(place, 5)}`);
}

/** An 18-digit SSCC of one case. */
export function demoSscc(serial: string): string {
  return withCheckDigit(`0${companyPrefix}${serial.padStart(9, "0")}`);
}

/** The GIAI of one vehicle. */
export function demoGiai(reference: string): string {
  return `${companyPrefix}${reference}`;
}

/** The GRAI of one returnable box, with its leading zero. */
export function demoGrai(item: number, serial: string): string {
  return `0${withCheckDigit(`${companyPrefix}${pad(item, 5)}`)}${serial}`;
}

/** Where equipment stands: its SGLN with extension as the canonical EPC. */
export function placeEpc(gln: string, extension: string): string {
  return `https://id.gs1.org/414/${gln}/254/${extension}`;
}

/** Equipment that moves: its GIAI as the canonical EPC. */
export function vehicleEpc(giai: string): string {
  return `https://id.gs1.org/8004/${giai}`;
}

/** A returnable box: its GRAI as the canonical EPC. */
export function boxEpc(grai: string): string {
  return `https://id.gs1.org/8003/${grai}`;
}

function withCheckDigit(digits: string): string {
  return digits + checkDigit(digits);
}

function pad(value: number, length: number): string {
  return String(value).padStart(length, "0");
}
