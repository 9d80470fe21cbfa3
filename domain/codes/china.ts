const bareOrUrn = /^(?:urn:x-cn:dtc:)?(\d{20})$/;
const pageAddress = /^https?:\/\/[^/?#]+(?:\/[^?#]*)?\/cn\/dtc\/(\d{20})(?:[?#].*)?$/;

/**
 * The 20 digits of a Chinese drug traceability code (NMPAB/T 1002) from the bare number, our page's address or our
 * URN; else null. Its last four digits can't be checked offline.
 */
export function chinaCodeOf(text: string): string | null {
  return (bareOrUrn.exec(text) ?? pageAddress.exec(text))?.[1] ?? null;
}

/** The EPC by which the log knows a Chinese code, free of any host: `urn:x-cn:dtc:{20 digits}`. */
export function chinaEpc(code: string): string {
  return `urn:x-cn:dtc:${code}`;
}
