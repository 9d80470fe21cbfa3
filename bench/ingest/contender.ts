import type { Load } from "./load.ts";
import type { World } from "./start-world.ts";

/** A program that takes messages from the broker into InfluxDB, as field `t` of the measurement `reading`. */
export interface Contender {
  /** Its own processes by name; the first is the one whose memory is watched and which a fault kills. */
  readonly pids: () => Readonly<Record<string, number>>;
  readonly database: string;
  /** InfluxQL conditions: the readings of the probes, and those of the load. */
  readonly probes: string;
  readonly readings: string;
  /** What its process wrote last. */
  words(): string;
  kill9(): Promise<void>;
  /** Starts it again after `kill9`. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** How to start a contender in a world; the load tells how many gateways there are and whether they sign. */
export interface ContenderKind {
  readonly name: string;
  readonly needsPostgres: boolean;
  /** Messages a second at which the search for its highest rate begins. */
  readonly firstRate: number;
  /** How long its own buffer may hold back the end of a stream, as its defaults have it. */
  readonly holdsBackMs: number;
  /** Whether it can read signed messages at all. */
  readonly readsSigned: boolean;
  /** `profileDir`: where a contender that can leaves a CPU profile of itself. */
  start(world: World, load: Load, profileDir: string | null): Promise<Contender>;
}
