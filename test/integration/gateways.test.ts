import { afterAll, beforeAll, describe } from "vitest";
import { type OpenedStore, openOnPglite, openOnPostgres } from "../support/both-stores.ts";
import { startMakerNetwork } from "../support/maker-network.ts";
import { claimTries } from "./gateways/claim-tries.ts";
import { claims } from "./gateways/claims.ts";
import { documentedCalls } from "./gateways/documented-calls.ts";
import { isolation } from "./gateways/isolation.ts";
import { revocations } from "./gateways/revocations.ts";
import type { GatewayStage } from "./gateways/stage.ts";
import { telling } from "./gateways/telling.ts";
import { uploads } from "./gateways/uploads.ts";
import { wholeLife } from "./gateways/whole-life.ts";

/** One start of each database, the API and ingestion for all parts: starting them takes longer than most parts do. */
describe.each([
  ["PGlite", openOnPglite],
  ["PostgreSQL", openOnPostgres],
])("gateways from their maker to a pharmacy: %s", (_name, open) => {
  const stage = { clients: [] } as unknown as GatewayStage;
  let house: OpenedStore;
  beforeAll(async () => {
    house = await open();
    stage.store = house.store;
    stage.network = await startMakerNetwork(house.store);
  });
  afterAll(async () => {
    for (const client of stage.clients) await client.endAsync(true);
    await stage.network?.stop();
    await house?.stop();
  });

  wholeLife(stage);
  uploads(stage);
  claims(stage);
  revocations(stage);
  telling(stage);
  isolation(stage);
  documentedCalls(stage);
  claimTries(stage);
});
