/** What the demo's field devices hold: their own keys and secrets, and what their probes feel. */
import type { Cadence } from "./equipment-plan.ts";
import type { Climate, Probe } from "./fridge-model.ts";
import type { DeviceKey } from "./seed.ts";

/** A probe on a channel of a gateway, in an equipment; one with contacts also tells of door and mains. */
export interface ChannelDevice {
  readonly channel: string;
  readonly sensor: string;
  readonly equipment: string;
  readonly climate: Climate;
  readonly probe: Probe;
  readonly hasContacts: boolean;
}

/** A line that is down from a time (epoch ms) on; `backMs` after the cases are ready it is there again, null: never. */
interface CutLine {
  readonly from: number;
  readonly backMs: number | null;
}

/**
 * A gateway as it leaves the workshop. `clockOffsetMs` is how wrong its own clock was at the demo's start, `slowPpm`
 * how many millionths it loses since.
 */
export interface GatewayDevice {
  readonly id: string;
  readonly key: DeviceKey;
  readonly password: string;
  readonly clockOffsetMs: number;
  readonly slowPpm: number;
  /** Where in each sampling interval it samples, as a share of the interval. */
  readonly phase: number;
  readonly cadence: Cadence;
  readonly isInCase: boolean;
  readonly line: "up" | "never" | CutLine;
  readonly channels: readonly ChannelDevice[];
}

/** An organisation's enrolled offline scanner with the API key of its system. */
export interface ScannerDevice {
  readonly organisation: string;
  readonly key: DeviceKey;
  readonly apiKey: string;
}

/** A gateway that left its factory and nobody claimed; `sticker` is the text of the QR code on it. */
export interface UnclaimedGateway {
  readonly serial: string;
  readonly key: DeviceKey;
  readonly code: string;
  readonly sticker: string;
}

/** Every device of the network. */
export interface DemoDevices {
  readonly gateways: readonly GatewayDevice[];
  readonly scanners: readonly ScannerDevice[];
  readonly unclaimed: readonly UnclaimedGateway[];
}
