import { captureLimits } from "#services/captures/read-statements.ts";
import type { ApiContext } from "./parts.ts";

/** The versions of the standards that every EPCIS answer names (EPCIS 2.0 §12.4). */
export const epcisHeaders = { "GS1-EPCIS-Version": "2.0.0", "GS1-CBV-Version": "2.0.0" } as const;

const abilities = {
  ...epcisHeaders,
  "GS1-EPCIS-Min": "2.0.0",
  "GS1-EPCIS-Max": "2.0.0",
  "GS1-CBV-Min": "2.0.0",
  "GS1-CBV-Max": "2.0.0",
  "GS1-EPC-Format": "No_Preference",
  "GS1-Vendor-Version": "coldmark/0.1.0",
  "GS1-Extensions": "cbvmda=urn:epcglobal:cbv:mda:,coldmark=urn:coldmark:epcis:",
  "GS1-EPCIS-Capture-Limit": String(captureLimits.eventsMax),
  "GS1-EPCIS-Capture-File-Size-Limit": String(captureLimits.bodyBytesMax),
  "GS1-Capture-Error-Behaviour": "rollback",
} as const;

/** What a client may ask of an EPCIS path, and what we can do. */
export function optionsAnswer(c: ApiContext, allow: string): Response {
  return c.body(null, 204, { ...abilities, Allow: allow });
}
