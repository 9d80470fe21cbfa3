/** Our log and what was made public of it disagree: anchoring stops until a person decided (design §5, FORK). */
export class LogFork extends Error {
  override readonly name = "LogFork";
}
