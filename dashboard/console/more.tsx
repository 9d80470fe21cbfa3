import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

interface MoreProps {
  readonly query: Pick<UseInfiniteQueryResult, "hasNextPage" | "isFetchingNextPage" | "fetchNextPage">;
  readonly children: ReactNode;
}

/** The way to the next page of a list, while there is one. */
export function More({ query, children }: MoreProps) {
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  if (!hasNextPage) return null;
  return (
    <button
      type="button"
      // Not disabled: what is disabled loses the focus, and the keyboard its place.
      aria-disabled={isFetchingNextPage}
      onClick={() => void (isFetchingNextPage || fetchNextPage())}
    >
      {children}
    </button>
  );
}
