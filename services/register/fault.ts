/** One thing wrong with a register file: where, what, and in the message what to do about it. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}
