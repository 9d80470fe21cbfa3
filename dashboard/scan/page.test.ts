import { describe, expect, it } from "vitest";
import type { Answer } from "#domain/provenance/answer.ts";
import { scanAssets } from "./assets.ts";
import { indexPage } from "./index-page.ts";
import { scanPage } from "./page.ts";
import { problemPage } from "./problem-page.ts";
import {
  goodAnswer,
  silentAnswer,
  soldAnswer,
  soldTwiceAnswer,
  unknownAnswer,
  warmAnswer,
} from "./sample-answers.ts";
import { unknownPage } from "./unknown-page.ts";

const urls = {
  self: "/01/09506000134352/21/A%2F7Q2K9M",
  otherLanguage: "/01/09506000134352/21/A%2F7Q2K9M?lang=zh-CN",
  bundle: "/v1/provenance/x/bundle",
  json: "/v1/provenance/x",
  trust: "/trust.json",
  rpc: "/chain/rpc",
  home: "/",
};

async function shown(answer: Answer, lang: "zh-CN" | "en" = "en", demo = false): Promise<string> {
  return String(await scanPage({ answer, lang, urls, demo }));
}

describe("the patient's page", () => {
  it("says the verdict first, then each of the four questions", async () => {
    const page = await shown(goodAnswer);
    expect(page).toContain("Known, and kept cold");
    expect(page).toContain("its cold is proved since 21 Nov 2025, 09:00 (Beijing time)");
    expect([...page.matchAll(/data-question="(\w+)"/g)].map((match) => match[1])).toEqual([
      "known",
      "state",
      "cold",
      "proof",
    ]);
    expect(page.indexOf("<h1")).toBeLessThan(page.indexOf("data-question"));
  });

  it("shows what was read, to be compared with the box", async () => {
    const page = await shown(goodAnswer);
    for (const fact of ["Human insulin injection", "09506000134352", "D2511A", "30 Apr 2027", "A/7Q2K9M"]) {
      expect(page).toContain(fact);
    }
    expect(await shown(silentAnswer)).toContain("81234567890123456789");
  });

  it("tells a warm leg with its time, length and extreme, a silent sensor with its gap", async () => {
    expect(await shown(warmAnswer)).toContain(
      "Too warm for 42 min, up to 12.4 °C: 21 Nov 2025, 19:00 – 19:42 (Beijing time).",
    );
    expect(await shown(warmAnswer, "zh-CN")).toContain(
      "温度过高 42 分钟，最高 12.4 °C：2025年11月21日 19:00 – 19:42（北京时间）。",
    );
    expect(await shown(silentAnswer)).toContain("Not measured for 5 h 0 min");
  });

  it("never rounds a temperature outside the limits onto the limit", async () => {
    const legs = warmAnswer.cold.legs.map((leg) => ({
      ...leg,
      maxC: leg.state === "EXCURSION" ? 8.02 : leg.maxC,
      excursions: leg.excursions.map((excursion) => ({ ...excursion, extremeC: 8.02 })),
    }));
    const page = await shown({ ...warmAnswer, cold: { ...warmAnswer.cold, legs } });
    expect(page).toContain("outside its limits for 42 min, up to 8.02 °C");
    expect(page).toContain("Too warm for 42 min, up to 8.02 °C");
    expect(page).toMatch(/\d °C to 8\.02 °C/);
    expect(page).toContain("Limits on the label: 2.0 °C to 8.0 °C");
  });

  it("says how far “sold” reaches, and where the state can be asked for a Chinese code", async () => {
    expect(await shown(soldAnswer)).toContain("Sold once among Coldmark");
    expect(await shown(soldAnswer)).not.toContain("fuwu.nhsa.gov.cn");
    expect(await shown(soldTwiceAnswer)).toContain("https://fuwu.nhsa.gov.cn/");
  });

  it("says on every answer that the operator's chain proves nothing to outsiders, and what is not promised", async () => {
    for (const answer of [goodAnswer, warmAnswer, unknownAnswer]) {
      const page = await shown(answer);
      expect(page).toContain("proves nothing to outsiders");
      expect(page).toContain("A copied label scans just as well");
    }
  });

  it("has nothing that `default-src 'self'` would stop, and no English left in Chinese", async () => {
    const page = await shown(silentAnswer, "zh-CN");
    expect(page).not.toMatch(/<script(?![^>]*\ssrc="\/assets\/)[^>]*>|<style|\sstyle=|\son\w+=|javascript:/);
    expect(page).toMatch(/^<!doctype html>\n<html lang="zh-CN">/);
    const text = page.replace(/<head>[\s\S]*<\/head>/, "").replace(/<[^>]*>/g, " ");
    const allowed = /Coldmark|English|JSON|GTIN|EPC|CN-GSP|VALID_FINAL|urn:x-cn:dtc|°C/g;
    expect(text.replace(allowed, "").match(/[A-Za-z]{3,}/g) ?? []).toEqual([]);
  });

  it("asks only for files that are served", async () => {
    const asked = [...(await shown(goodAnswer)).matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)];
    expect(asked.map((match) => match[1]).sort()).toEqual(Object.keys(scanAssets).sort());
  });

  it("escapes what partners wrote", async () => {
    const nasty = "<script>alert(1)</script>\"'";
    const product = { ...goodAnswer.product, lot: nasty, names: { zh: nasty, en: nasty } };
    const page = await shown({ ...goodAnswer, code: nasty, product });
    expect(page).not.toContain("<script>alert");
    expect(page).toContain("&lt;script&gt;alert(1)");
  });

  it("marks the demonstration", async () => {
    expect(await shown(goodAnswer, "en", true)).toContain("made up");
    expect(await shown(goodAnswer)).not.toContain("made up");
  });

  it("a step outside the vocabulary is another step, not a partner's own text", async () => {
    const [step] = goodAnswer.steps;
    if (step === undefined) throw new Error("the sample has steps");
    const page = await shown({
      ...goodAnswer,
      steps: [{ ...step, step: "https://partner.example/secret-step" }],
    });
    expect(page).not.toContain("secret-step");
    expect(page).toContain("another step");
  });
});

describe("the other pages", () => {
  const around = { urls: { otherLanguage: "/?lang=zh-CN", home: "/" }, demo: false } as const;

  it("an unknown code is never called counterfeit, and is shown as read", async () => {
    const page = String(await unknownPage({ code: "8<1", isRecalled: false, lang: "en", ...around }));
    expect(page).toContain("We do not know this pack");
    expect(page).toContain("8&lt;1");
    expect(page).not.toMatch(/counterfeit|fake/i);
  });

  it("of a code nobody recorded the recall of its lot comes first, then that the pack is not known", async () => {
    for (const [lang, words] of [
      ["en", ["Recalled: do not use", "not in our records"]],
      ["zh-CN", ["已召回：请勿使用", "没有这一盒药"]],
    ] as const) {
      const page = String(await unknownPage({ code: "81", isRecalled: true, lang, ...around }));
      expect(page).toContain("tone-stop");
      expect(page.indexOf(words[0])).toBeGreaterThan(0);
      expect(page.indexOf(words[1])).toBeGreaterThan(page.indexOf(words[0]));
    }
  });

  it.each(["unreadable", "unavailable"] as const)("%s says nothing good", async (problem) => {
    const page = String(await problemPage({ problem, lang: "zh-CN", ...around }));
    expect(page).toContain("tone-open");
    expect(page).not.toContain("tone-good");
  });

  it("the start page takes a code by hand and lists the demo's packs", async () => {
    const scans = [
      { case: "good", code: "81234567890123456789", url: "/cn/dtc/81234567890123456789" },
      { case: "new-case", code: "1", url: "/x" },
    ];
    const start = { urls: { ...around.urls, check: "/check" }, scans, demo: true, lang: "en" } as const;
    const page = String(await indexPage(start));
    expect(page).toContain('action="/check"');
    expect(page).toContain("A pack that was kept cold");
    expect(page).toContain("Another pack");
  });
});
