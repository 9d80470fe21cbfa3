import type { Answer } from "#domain/provenance/answer.ts";

/** What the server's answer and the one recomputed in the page must agree on. */
export interface VerdictSummary {
  readonly known: Answer["known"]["state"];
  readonly state: Answer["state"]["state"];
  readonly soldCount: number;
  readonly cold: Answer["cold"]["state"];
}

/** The comparable part of an answer. */
export function verdictSummary(answer: Answer): VerdictSummary {
  return {
    known: answer.known.state,
    state: answer.state.state,
    soldCount: answer.state.soldCount,
    cold: answer.cold.state,
  };
}
