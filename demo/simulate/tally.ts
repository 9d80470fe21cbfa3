/** What a run of a simulation did; messages unless it says readings. */
export interface Tally {
  made: number;
  /** Without a receipt now, earlier runs' included. */
  waiting: number;
  madeReadings: number;
  sent: number;
  sentAgain: number;
  receipted: number;
  receiptedReadings: number;
  poison: number;
  refusedByBroker: number;
  receiptsRefused: number;
  connections: number;
  cuts: number;
  /** Not made because so many waited for a receipt already. */
  heldBack: number;
}

/** A run that did nothing yet. */
export function emptyTally(): Tally {
  return {
    ...{ made: 0, waiting: 0, madeReadings: 0, sent: 0, sentAgain: 0, receipted: 0, receiptedReadings: 0 },
    ...{ poison: 0, refusedByBroker: 0, receiptsRefused: 0, connections: 0, cuts: 0, heldBack: 0 },
  };
}
