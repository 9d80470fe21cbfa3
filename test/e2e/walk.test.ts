import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildConsole } from "#dashboard/console/build.ts";
import { buildScanScript } from "#dashboard/scan/build.ts";
import { startChromium } from "../support/chromium.ts";
import { alarms } from "./console-alarms.ts";
import { claims } from "./console-claims.ts";
import { entrance } from "./console-entrance.ts";
import { equipment } from "./console-equipment.ts";
import { findings } from "./console-findings.ts";
import { gateways } from "./console-gateways.ts";
import { home } from "./console-home.ts";
import { log } from "./console-log.ts";
import { packStories } from "./console-packs.ts";
import { screens } from "./console-screens.ts";
import {
  casePages,
  packOfGatewayThatCameBack,
  packOfOfflineGateway,
  pageOfOnePack,
  webAssembly,
} from "./patient-pages.ts";
import type { Stage } from "./stage.ts";
import { startDemo } from "./start-demo.ts";
import { startPage } from "./start-page.ts";

/** Filled in before the first test; the parts below read it only while their tests run. */
const stage = {} as Stage;

beforeAll(async () => {
  await Promise.all([buildScanScript(), buildConsole()]);
  const [demo, browser] = await Promise.all([startDemo(), startChromium()]);
  Object.assign(stage, { demo, browser });
});
afterAll(async () => {
  await stage.browser?.close();
  await stage.demo?.clear();
});

packOfOfflineGateway(stage);

it("the whole network catches up", async () => {
  await stage.demo.joined;
});

describe("the patient's page", () => {
  casePages(stage);
  webAssembly(stage);
  pageOfOnePack(stage);
  startPage(stage);
});

describe("the console", () => {
  entrance(stage);
  home(stage);
  equipment(stage);
  packStories(stage);
  alarms(stage);
  gateways(stage);
  claims(stage);
  findings(stage);
  log(stage);
  screens(stage);
});

packOfGatewayThatCameBack(stage);

it("ends orderly at SIGTERM", async () => {
  const { code, signal, said } = await stage.demo.end();
  expect([code, signal]).toEqual([0, null]);
  expect(said).toMatch(/the demo has ended\n$/);
});
