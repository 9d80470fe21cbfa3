/** The first time at or after `at`, or null; asked with rising `at` only. */
export type TimeSeeker = (at: number) => Promise<number | null>;

/** Seeks through times that are read a page at a time, each page from where the last one did not reach. */
export function seekTimes(
  readPage: (from: number) => Promise<readonly number[]>,
  pageSize: number,
): TimeSeeker {
  let page: readonly number[] = [];
  let next = 0;
  let isLastPage = false;
  return async (at) => {
    const skip = () => {
      while ((page[next] ?? at) < at) next += 1;
    };
    skip();
    if (next >= page.length && !isLastPage) {
      page = await readPage(at);
      next = 0;
      isLastPage = page.length < pageSize;
      skip();
    }
    return page[next] ?? null;
  };
}
