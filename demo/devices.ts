/** What the demo's field devices hold: their own keys and secrets, and what their probes feel. */
import type { Climate, Probe } from "./fridge-model.ts";
import type { DeviceKey } from "./seed.ts";

/** A probe on a channel of a gateway, in an equipment. */
export interface ChannelDevice {
  readonly channel: string;
  readonly sensor: string;
  readonly equipment: string;
  readonly climate: Climate;
  readonly probe: Probe;
}

/** A gateway as it leaves the workshop; `clockOffsetMs` is how wrong its own clock is. */
export interface GatewayDevice {
  readonly id: string;
  readonly key: DeviceKey;
  readonly password: string;
  readonly clockOffsetMs: number;
  /** Where in each sampling interval it samples, ms. */
  readonly phaseMs: number;
  readonly channels: readonly ChannelDevice[];
}

/** An organisation's enrolled offline scanner with the API key of its system. */
export interface ScannerDevice {
  readonly organisation: string;
  readonly key: DeviceKey;
  readonly apiKey: string;
}

/** Every device of the network. */
export interface DemoDevices {
  readonly gateways: readonly GatewayDevice[];
  readonly scanners: readonly ScannerDevice[];
}
