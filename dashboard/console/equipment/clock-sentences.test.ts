import { expect, it } from "vitest";
import { sayIn } from "../words.ts";
import { clockSentences } from "./clock-sentences.ts";

const gateway = (id: string, skewMs: number | null) => ({
  ...{ id, skewMs, lastReceivedAt: null, signatureRequired: true },
});
const gateways = [
  gateway("gw-right", 119_000),
  gateway("gw-edge", -120_000),
  gateway("gw-silent", null),
  gateway("gw-slow", 180_000),
  gateway("gw-fast", -7_200_000),
];

it("names the gateways that are more than 2 min off, the furthest first, and to which side", () => {
  expect(clockSentences(gateways, sayIn("en")).map(({ sentence }) => sentence)).toEqual([
    "The clock of gateway gw-fast is about 2 h 0 min ahead: its readings carry times that are too late by that much. Readings from more than 5 min ahead are kept apart and are not in the chart.",
    "The clock of gateway gw-slow is about 3 min behind: its readings carry times that are too early by that much.",
  ]);
  expect(clockSentences(gateways, sayIn("zh-CN")).map(({ sentence }) => sentence)).toEqual([
    "网关 gw-fast 的时钟快约 2 小时 0 分钟：其读数的时间相应偏晚。时间超前 5 分钟以上的读数另行留存，不进入曲线。",
    "网关 gw-slow 的时钟慢约 3 分钟：其读数的时间相应偏早。",
  ]);
});

it("says nothing where every clock is right", () => {
  expect(clockSentences(gateways.slice(0, 3), sayIn("en"))).toEqual([]);
});
