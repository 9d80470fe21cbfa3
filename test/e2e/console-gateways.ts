import { connectAsync } from "mqtt";
import type { Page } from "playwright-core";
import encodeQR from "qr";
import { expect, it } from "vitest";
import type { Gateways } from "#api/console-shapes.ts";
import { unclaimedGateways } from "#demo/device-maker.ts";
import { messagePayload, topicOf } from "#demo/message.ts";
import { seedOf } from "#demo/seed.ts";
import type { Sticker } from "#domain/codes/gateway-sticker.ts";
import { askedAndKept, claim, hold, isOther, stickerOf, urls } from "./claiming.ts";
import { deskOf } from "./console-session.ts";
import { at, consoleWords, inBothLanguages, langs, type Stage } from "./stage.ts";

/** Gateways: who may claims one by what is printed on it or by the camera; it waits until it is heard. */
export function gateways(stage: Stage): void {
  it("the manager types a sticker: a wrong code is refused, the right one claims, and the first message is seen", async () => {
    await inBothLanguages(async (lang) => {
      const say = consoleWords[lang];
      const seen = await deskOf(stage, "manager", lang, "gateways");
      const { page } = seen;
      const sticker = stickerOf(stage, langs.indexOf(lang));
      await claim(page, lang, { ...sticker, code: `${sticker.code.slice(1)}X` });
      await page.locator("[data-refused=unknown]").waitFor();
      expect(await seen.looksWrong()).toEqual([]);
      const letGo = await hold(page, urls.list);
      await claim(page, lang, sticker);
      const id = sticker.serial.toLowerCase();
      await page.getByRole("heading", { name: say.text("done.title", { gateway: id }) }).waitFor();
      await letGo();
      await page.locator(".claimed", { hasText: say.text("gw.state.waiting") }).waitFor();
      const row = page.getByRole("row", { name: id });
      expect(await row.innerText()).toContain(say.text("gw.state.waiting"));
      expect(await seen.looksWrong()).toEqual([]);
      const password = await page.locator(".claimed dd code").last().innerText();
      const signOut = page.getByRole("button", { name: say.text("nav.signOut") });
      expect(await askedAndKept(page, () => signOut.click())).toBe(say.text("done.leave"));
      await sendFirstMessages(stage, sticker, password);
      await row.filter({ hasNotText: say.text("gw.state.waiting") }).waitFor();
      await page.getByRole("button", { name: say.text("done.close") }).click();
      await page.locator(".claimed").waitFor({ state: "detached" });
      expect(await page.locator("main").innerText()).not.toContain(password);
      await claim(page, lang, sticker);
      await page.locator("[data-refused=ours]").waitFor();
      expect(seen.trouble().filter(isOther)).toEqual([]);
    });
  });

  it("a hand scanner types the whole sticker with Enter: both fields are filled, nothing is claimed", async () => {
    const seen = await deskOf(stage, "manager", "zh-CN", "gateways");
    const { page } = seen;
    const { text } = consoleWords["zh-CN"];
    const { sticker, serial, code } = stickerOf(stage, 2);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.getByLabel(text("claim.serial"), { exact: true }).fill("CM2-000416");
    await page.keyboard.type(`${sticker}\n`);
    await page.getByText(text("claim.read", { serial })).waitFor();
    expect(await page.getByLabel(text("claim.serial"), { exact: true }).inputValue()).toBe(serial);
    expect(await page.getByLabel(text("claim.code"), { exact: true }).inputValue()).toBe(code);
    const focused = await page.getByLabel(text("claim.site")).evaluate((it) => it === document.activeElement);
    expect(focused).toBe(true);
    expect(asked.filter((url) => url.endsWith("/claim"))).toEqual([]);
    expect(seen.trouble()).toEqual([]);
  });

  it("the manager shows it to the camera, which takes no other code for it", async () => {
    const seen = await deskOf(stage, "manager", "en", "gateways");
    const { page } = seen;
    const { text } = consoleWords.en;
    const { sticker, serial } = stickerOf(stage, 2);
    await showToCamera(page, at(stage, "/"));
    await page.getByRole("button", { name: text("claim.scan") }).click();
    await page.getByRole("dialog").getByText(text("camera.other")).waitFor();
    expect(await seen.looksWrong()).toEqual([]);
    await page.getByRole("button", { name: text("camera.close") }).click();
    await showToCamera(page, sticker);
    await page.getByRole("button", { name: text("claim.scan") }).click();
    await page.getByText(text("claim.read", { serial })).waitFor();
    expect(await page.getByRole("dialog").count()).toBe(0);
    await page.getByLabel(text("claim.id")).fill("back-room");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: text("done.title", { gateway: "back-room" }) }).waitFor();
    await page.getByRole("button", { name: text("done.close") }).click();
    const answer = await page.request.get(at(stage, "/v1/gateways"));
    const { gateways: own } = (await answer.json()) as Gateways;
    expect(own.find(({ id }) => id === "back-room")).toMatchObject({ serial, lastReceivedAt: null });
    expect(seen.trouble()).toEqual([]);
  });

  it.each([
    ["auditor", "claim.readOnly"],
    ["operator", "claim.noSite"],
  ] as const)("the %s is told why there is nothing to claim", async (role, key) => {
    await inBothLanguages(async (lang) => {
      const seen = await deskOf(stage, role, lang, "gateways");
      await seen.page.getByText(consoleWords[lang].text(key)).waitFor();
      expect(await seen.page.locator("form").count()).toBe(0);
      expect(await seen.looksWrong()).toEqual([]);
      expect(seen.trouble()).toEqual([]);
    });
  });
}

/** As the gateway's firmware does with the password that the screen showed. */
async function sendFirstMessages({ demo }: Stage, { serial }: Sticker, password: string): Promise<void> {
  const made = unclaimedGateways(seedOf("1")).find((each) => each.serial === serial);
  const id = serial.toLowerCase();
  const client = await connectAsync(demo.introduction.mqtt, { clientId: id, username: id, password });
  const topic = topicOf(id, "data");
  const sent = Date.now();
  // The second one contradicts the first, for the walk of what doesn't add up.
  for (const t of [5, 6]) {
    const body = { boot: 1, seq: 1, sent, readings: [{ s: "t1", ts: sent, t }] };
    const payload = Buffer.from(messagePayload(topic, body, made?.key ?? null));
    await client.publishAsync(topic, payload, { qos: 1 });
  }
  await client.endAsync();
}

/** From now on the page's camera sees a QR code of this text, a little askew. */
async function showToCamera(page: Page, text: string): Promise<void> {
  await page.evaluate(
    (modules) => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
      const drawing = canvas.getContext("2d");
      const px = 300 / modules.length;
      const draw = () => {
        drawing?.setTransform(1, 0, 0, 1, 0, 0);
        drawing?.clearRect(0, 0, 640, 480);
        drawing?.setTransform(0.99, 0.12, -0.12, 0.99, 190, 70);
        for (const [y, row] of modules.entries())
          for (const [x, isDark] of row.entries()) {
            Object.assign(drawing ?? {}, { fillStyle: isDark ? "#111" : "#eee" });
            drawing?.fillRect(x * px, y * px, px + 0.5, px + 0.5);
          }
      };
      setInterval(draw, 50);
      const getUserMedia = async () => canvas.captureStream(20);
      Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia }, configurable: true });
    },
    encodeQR(text, "raw", { border: 4 }),
  );
}
