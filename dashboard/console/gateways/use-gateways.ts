import { useInfiniteQuery } from "@tanstack/react-query";
import type { Gateways } from "#api/console-shapes.ts";
import { gatewaysQuery } from "../queries.ts";

/** The organisation's gateways as far as they were asked for; `find` asks anew, and on until one is among them. */
export function useGateways() {
  const query = useInfiniteQuery(gatewaysQuery);
  const find = async (id?: string) => {
    let { data } = await query.refetch();
    while (id !== undefined && data?.pages.at(-1)?.next && !isAmong(data.pages, id)) {
      const more = await query.fetchNextPage();
      data = more.isError ? undefined : more.data;
    }
  };
  return { query, gateways: query.data?.pages.flatMap((page) => page.gateways), find };
}

function isAmong(pages: readonly Gateways[], id: string): boolean {
  return pages.some(({ gateways }) => gateways.some((gateway) => gateway.id === id));
}
