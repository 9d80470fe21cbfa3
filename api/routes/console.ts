import type { Api, ApiParts } from "../parts.ts";
import { alarmRoutes } from "./console/alarms.ts";
import { equipmentRoutes } from "./console/equipment.ts";
import { liveRoutes } from "./console/live.ts";
import { logOverviewRoutes } from "./console/log-overview.ts";
import { siteRoutes } from "./console/sites.ts";

/** What the console asks for, besides who is signed in. */
export function consoleRoutes(app: Api, parts: ApiParts): void {
  siteRoutes(app, parts);
  equipmentRoutes(app, parts);
  alarmRoutes(app, parts);
  logOverviewRoutes(app, parts);
  liveRoutes(app, parts);
}
