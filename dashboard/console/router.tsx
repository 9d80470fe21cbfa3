import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { readPeriodSearch } from "./equipment/period.ts";
import { HomePage } from "./home/home-page.tsx";
import { readSiteFilter } from "./home/site-filter.ts";
import { NotFound } from "./not-found.tsx";
import { meQuery } from "./queries.ts";
import { Shell } from "./shell/shell.tsx";
import { returnPath } from "./sign-in/return-path.ts";
import { SignInPage } from "./sign-in/sign-in-page.tsx";
import { Skeleton, Stopped, Trouble } from "./trouble.tsx";

const root = createRootRouteWithContext<{ client: QueryClient }>()({
  component: Outlet,
  notFoundComponent: NotFound,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: ({ to }: Record<string, unknown>): { to?: string } =>
    typeof to === "string" ? { to: returnPath(to) } : {},
  component: SignInPage,
});

/** Everything behind the sign-in: nobody gets here without, and comes back to where one was. */
const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  beforeLoad: async ({ context, location }) => {
    const me = await context.client.ensureQueryData(meQuery);
    if (me === null) throw redirect({ to: "/sign-in", search: { to: location.href } });
  },
  component: Shell,
  errorComponent: Stopped,
});

const home = createRoute({
  getParentRoute: () => inside,
  path: "/",
  validateSearch: readSiteFilter,
  component: HomePage,
});

const equipment = createRoute({
  getParentRoute: () => inside,
  path: "/equipment/$label",
  validateSearch: readPeriodSearch,
  component: lazyRouteComponent(() => import("./equipment/equipment-page.tsx"), "EquipmentPage"),
});

const packs = createRoute({
  getParentRoute: () => inside,
  path: "/packs",
  // A code is text to the last digit: 20 digits are more than a number can hold.
  validateSearch: ({ code }: Record<string, unknown>): { code?: string } =>
    typeof code === "string" && code !== "" ? { code: code.slice(0, 4_096) } : {},
  component: lazyRouteComponent(() => import("./packs/packs-page.tsx"), "PacksPage"),
});

const alarms = createRoute({
  getParentRoute: () => inside,
  path: "/alarms",
  validateSearch: ({ show }: Record<string, unknown>): { show?: "all" } => (show === "all" ? { show } : {}),
  component: lazyRouteComponent(() => import("./alarms/alarms-page.tsx"), "AlarmsPage"),
});

const findings = createRoute({
  getParentRoute: () => inside,
  path: "/findings",
  component: lazyRouteComponent(() => import("./findings/findings-page.tsx"), "FindingsPage"),
});

const log = createRoute({
  getParentRoute: () => inside,
  path: "/log",
  component: lazyRouteComponent(() => import("./log/log-page.tsx"), "LogPage"),
});

const gateways = createRoute({
  getParentRoute: () => inside,
  path: "/gateways",
  component: lazyRouteComponent(() => import("./gateways/gateways-page.tsx"), "GatewaysPage"),
});

/** The console's pages by their addresses under /console; each but the first is loaded when it is opened. */
export function makeRouter(client: QueryClient) {
  return createRouter({
    routeTree: root.addChildren([
      signIn,
      inside.addChildren([home, equipment, packs, alarms, findings, gateways, log]),
    ]),
    basepath: "/console",
    context: { client },
    defaultPreload: "intent",
    defaultPendingComponent: Skeleton,
    defaultPendingMs: 300,
    scrollRestoration: true,
    defaultErrorComponent: ({ error, reset }) => <Trouble error={error} retry={reset} />,
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: (search) => {
      const told = Object.entries(search).filter(([, value]) => value !== undefined && value !== "");
      const text = new URLSearchParams(told.map(([name, value]) => [name, String(value)])).toString();
      return text === "" ? "" : `?${text}`;
    },
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
