import type { ProvedStream } from "#domain/log/open-streams.ts";
import type { ProvedContents } from "#domain/log/verify.ts";

/** The label's limits in milli-°C. */
export interface Limits {
  readonly lowerMilliC: number;
  readonly upperMilliC: number;
}

/** A stay from … to in the equipment of `stream`; `asOf` is the time of the newest proven anchor. */
export interface MeasuredStay {
  readonly contents: ProvedContents;
  readonly stream: ProvedStream;
  readonly from: number;
  readonly to: number;
  readonly limits: Limits;
  readonly asOf: number;
}
