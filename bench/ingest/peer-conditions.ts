import { probeGateway } from "./load.ts";

/** How every peer writes: its database, and the InfluxQL that tells probes from the load by the tag `gateway`. */
export const peerConditions = {
  database: "bench",
  probes: `gateway = '${probeGateway}'`,
  readings: `gateway != '${probeGateway}'`,
} as const;
