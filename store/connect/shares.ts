/** What of a number of shards this process works on, so that every shard is one process's and no process's two are idle. */
export interface Shares {
  /**
   * Takes free shards up to a fair share, and tells those held and those that are one too many: whoever stopped working
   * on the latter releases them. @throws when the records can't answer; what was held may be another's by then
   */
  hold(total: number): Promise<{ readonly held: ReadonlySet<number>; readonly surplus: readonly number[] }>;
  release(shards: readonly number[]): Promise<void>;
  close(): Promise<void>;
}

/** The only process there is holds everything. */
export function openSoleShares(): Shares {
  return {
    hold: (total) =>
      Promise.resolve({ held: new Set(Array.from({ length: total }, (_, shard) => shard)), surplus: [] }),
    release: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
