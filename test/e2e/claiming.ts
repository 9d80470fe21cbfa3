/** What the walks of the claim screen do: stickers, the form, answers held back, and other organisations' machines. */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { deviceMaker } from "#demo/device-maker.ts";
import { seedOf } from "#demo/seed.ts";
import { readSticker, type Sticker } from "#domain/codes/gateway-sticker.ts";
import { makeDevice } from "../support/maker-network.ts";
import { at, consoleWords, type Lang, type Stage } from "./stage.ts";

/** A sticker as it reads, and its parts. */
export interface Printed extends Sticker {
  readonly sticker: string;
}

/** One of the stickers that demo.json names. @throws Error when it names none there */
export function stickerOf({ demo }: Stage, place: number): Printed {
  const sticker = demo.introduction.stickers[place] ?? "";
  const read = readSticker(sticker);
  if (read === null) throw new Error(`demo.json names no sticker ${place}`);
  return { ...read, sticker };
}

/** A gateway more, as its maker brings it. */
export async function newGateway(stage: Stage, serial: string): Promise<Printed> {
  const { sticker, code, upload } = makeDevice(serial);
  expect(await post(stage, deviceMaker.id, "/v1/devices", { devices: [upload] })).toBe(200);
  return { serial, code, sticker };
}

/** Another pharmacy of the demo claims a gateway by its own system. */
export async function claimElsewhere(stage: Stage, { sticker }: Printed): Promise<void> {
  const body = { sticker, site: "pharmacy-1-shop" };
  expect(await post(stage, "demo-pharmacy-1", "/v1/gateways/claim", body)).toBe(201);
}

/** Posts with the key of an organisation, which follows from the demo's seed; gives the status. */
async function post(stage: Stage, organisation: string, path: string, body: object): Promise<number> {
  const headers = {
    authorization: `Bearer cmk_${seedOf("1").secret(`api/${organisation}`)}`,
    "content-type": "application/json",
  };
  return (await fetch(at(stage, path), { method: "POST", headers, body: JSON.stringify(body) })).status;
}

/** Types what is printed on a sticker and claims it. */
export async function claim(page: Page, lang: Lang, { serial, code }: Sticker): Promise<void> {
  const { text } = consoleWords[lang];
  await page.getByLabel(text("claim.serial"), { exact: true }).fill(serial);
  await page.getByLabel(text("claim.code"), { exact: true }).fill(code);
  await page.getByRole("button", { name: text("claim.submit"), exact: true }).click();
}

/** Holds requests back until what is returned is called; that waits until one was made. */
export async function hold(page: Page, url: RegExp): Promise<() => Promise<void>> {
  const gate = Promise.withResolvers<void>();
  let held = 0;
  await page.route(url, async (route) => {
    held += 1;
    await gate.promise;
    await route.continue();
  });
  return async () => {
    await expect.poll(() => held).toBeGreaterThan(0);
    gate.resolve();
  };
}

/** What the page asks when something is done to it; the answer is no. */
export async function askedAndKept(page: Page, act: () => Promise<void>): Promise<string> {
  const asked = page.waitForEvent("dialog").then(async (dialog) => {
    await dialog.dismiss();
    return dialog.message();
  });
  await act();
  return await asked;
}

/** Chromium calls a refusal itself an error; those of the claim walks were asked for. */
export const isOther = (line: string) => !line.includes("/v1/gateways/claim");
/** The list as the screen asks for it, and a claim. */
export const urls = { list: /\/v1\/gateways\?/, claim: /\/v1\/gateways\/claim$/ } as const;
