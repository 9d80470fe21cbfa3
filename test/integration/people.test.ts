import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import { type OpenedStore, openOnPglite, openOnPostgres } from "../support/both-stores.ts";
import { startPeopleNetwork } from "../support/people-network.ts";
import { failedTries } from "./people/failed-tries.ts";
import { otherSites } from "./people/other-sites.ts";
import { registerPasswords } from "./people/register-passwords.ts";
import { registerRefusals } from "./people/register-refusals.ts";
import { registerRoster } from "./people/register-roster.ts";
import { sessionsOfPeople } from "./people/sessions.ts";
import { signingIn } from "./people/signing-in.ts";
import type { PeopleStage } from "./people/stage.ts";
import { tableRights } from "./people/table-rights.ts";
import { writtenDown } from "./people/written-down.ts";

/** One start of each database for all parts: starting them takes longer than most parts do. */
describe.each([
  ["PGlite", openOnPglite],
  ["PostgreSQL", openOnPostgres],
])("%s", (_name, open) => {
  const stage = {} as PeopleStage;
  let house: OpenedStore;
  beforeAll(async () => {
    house = await open();
    stage.store = house.store;
    stage.network = await startPeopleNetwork(house.store);
  });
  afterAll(() => house?.stop());
  // The limit of tries counts by the minute.
  beforeEach(() => {
    stage.network.now += 61_000;
  });

  signingIn(stage);
  failedTries(stage);
  sessionsOfPeople(stage);
  otherSites(stage);
  writtenDown(stage);
  registerPasswords(stage);
  registerRoster(stage);
  registerRefusals(stage);
  tableRights(stage);
});
