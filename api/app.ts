/** How people and machines ask Coldmark: every route on one Hono app. Opens nothing; `server.ts` gives it a socket. */
import { OpenAPIHono } from "@hono/zod-openapi";
import { except } from "hono/combine";
import { compress } from "hono/compress";
import { methodNotAllowed } from "hono/method-not-allowed";
import { AppError } from "#domain/errors.ts";
import { identify } from "./middleware/identify.ts";
import { limitBody } from "./middleware/limit-body.ts";
import { limitTime } from "./middleware/limit-time.ts";
import { logRequest } from "./middleware/log-request.ts";
import { refuseBadAddress } from "./middleware/refuse-bad-address.ts";
import { refuseCrossOrigin } from "./middleware/refuse-cross-origin.ts";
import { requestId } from "./middleware/request-id.ts";
import { securityHeaders } from "./middleware/security-headers.ts";
import { NetLimit } from "./net-limit.ts";
import type { Api, ApiEnv, ApiParts } from "./parts.ts";
import { problemResponse } from "./problem.ts";
import { badShape } from "./read-json.ts";
import { brokerRoutes } from "./routes/broker.ts";
import { captureRoutes } from "./routes/capture.ts";
import { chainRoutes } from "./routes/chain.ts";
import { claimRoutes } from "./routes/claim.ts";
import { consoleRoutes } from "./routes/console.ts";
import { consolePageRoutes } from "./routes/console-page.ts";
import { deviceRoutes } from "./routes/devices.ts";
import { docsRoutes } from "./routes/docs.ts";
import { equipmentBundleRoutes } from "./routes/equipment-bundle.ts";
import { eventRoutes } from "./routes/events.ts";
import { gatewayRoutes } from "./routes/gateways.ts";
import { healthRoutes } from "./routes/health.ts";
import { homeRoutes } from "./routes/home.ts";
import { ingestViewRoutes } from "./routes/ingest-view.ts";
import { logRoutes } from "./routes/log.ts";
import { mappingRoutes } from "./routes/mappings.ts";
import { meRoutes } from "./routes/me.ts";
import { provenanceRoutes } from "./routes/provenance.ts";
import { recallRoutes } from "./routes/recall.ts";
import { receiptKeyRoutes } from "./routes/receipt-keys.ts";
import { scanRoutes } from "./routes/scan.ts";
import { signInRoutes } from "./routes/sign-in.ts";

/** How many codes that nobody recorded one net may try in a minute (reliability.md §2.5 P2). */
const unknownCodesAMinute = 60;

/** The API over its parts. Whatever is thrown becomes a problem document; what was unforeseen is logged, not told. */
export function createApp(parts: ApiParts): Api {
  const app: Api = new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (!result.success) throw badShape(result.error);
    },
  });
  app.onError((error, c) => problemResponse(c, error));
  app.notFound((c) => problemResponse(c, new AppError("NOT_FOUND", "there is no such address")));
  addMiddleware(app, parts);
  app.openAPIRegistry.registerComponent("securitySchemes", "apiKey", { type: "http", scheme: "bearer" });
  const session = { type: "apiKey", in: "cookie", name: "coldmark-session" } as const;
  app.openAPIRegistry.registerComponent("securitySchemes", "session", session);
  const unknown = new NetLimit(unknownCodesAMinute, parts.clock);
  homeRoutes(app, parts);
  signInRoutes(app, parts);
  meRoutes(app, parts);
  consoleRoutes(app, parts);
  equipmentBundleRoutes(app, parts);
  consolePageRoutes(app);
  scanRoutes(app, parts, unknown);
  provenanceRoutes(app, parts, unknown);
  recallRoutes(app, parts);
  captureRoutes(app, parts);
  eventRoutes(app, parts);
  logRoutes(app, parts);
  chainRoutes(app, parts);
  receiptKeyRoutes(app, parts);
  brokerRoutes(app, parts);
  ingestViewRoutes(app, parts);
  deviceRoutes(app, parts);
  claimRoutes(app, parts);
  gatewayRoutes(app, parts);
  mappingRoutes(app, parts);
  healthRoutes(app, parts);
  docsRoutes(app);
  return app;
}

/** From the outside in: what must hold for errors too comes first. */
function addMiddleware(app: Api, parts: ApiParts): void {
  app.use(requestId, securityHeaders, logRequest(parts), compress());
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) =>
        problemResponse(c, new AppError("METHOD_NOT_ALLOWED", "this address does not take that method"), {
          Allow: methods.join(", "),
        }),
    }),
  );
  app.use(limitTime, refuseBadAddress, limitBody, refuseCrossOrigin(parts));
  // A broker's secret is no API key; its routes look at it themselves.
  app.use(except("/broker/*", identify(parts)));
}
