/** The console's script: starts the pages, and brings whoever is no longer signed in to the sign-in and back. */
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "./api.ts";
import { IconSheet } from "./icons.tsx";
import { meQuery } from "./queries.ts";
import { makeRouter } from "./router.tsx";
import { WordsProvider } from "./use-words.tsx";

const onError = (error: unknown) => {
  if (!(error instanceof ApiError) || error.status !== 401) return;
  client.setQueryData(meQuery.queryKey, null);
  leave();
};
const client = new QueryClient({
  queryCache: new QueryCache({
    onError,
    onSuccess: (data, { queryHash }) => {
      if (data === null && queryHash === '["me"]') leave();
    },
  }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      // A browser that thinks it is offline would wait in silence; an error can be told.
      networkMode: "always",
      retry: (failures, error) => failures < 2 && isWorthRetrying(error),
      staleTime: 5_000,
    },
    mutations: { networkMode: "always", retry: false },
  },
});
const router = makeRouter(client);

function isWorthRetrying(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status === 0 || error.status >= 500;
}

/** The guard of the pages sends whoever is not signed in to the sign-in, with the way back. */
function leave(): void {
  if (!router.state.location.pathname.startsWith("/sign-in")) void router.invalidate();
}

const place = document.getElementById("console");
if (place !== null)
  createRoot(place).render(
    <StrictMode>
      <WordsProvider>
        <QueryClientProvider client={client}>
          <IconSheet />
          <RouterProvider router={router} />
        </QueryClientProvider>
      </WordsProvider>
    </StrictMode>,
  );
