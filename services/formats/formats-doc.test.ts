import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sourceShape } from "#domain/formats/source.ts";
import { networkShape } from "../register/network.ts";
import { dryRun } from "./dry-run.ts";
import { tellReading } from "./tell-reading.ts";

/** Every example of docs/formats.md: a source, a message on a topic, and what it becomes. */
const page = readFileSync(new URL("../../docs/formats.md", import.meta.url), "utf8");
const example =
  /```json mapping\n(?<source>[^`]+)```\n\nA message on `(?<topic>[^`]+)`:\n\n```(?<encoding>json|base64) message\n(?<message>[^`]+)```\n\nWhat it becomes:\n\n```text\n(?<ends>[^`]+)```/g;
const examples = [...page.matchAll(example)].map(({ groups = {} }) => groups);
const receivedAt = Date.UTC(2026, 0, 1, 0, 0, 5);
const limits = { maxBytes: 262_144, maxInflatedBytes: 2_097_152, maxReadings: 5_000, told: 100 };

test("docs/formats.md has an example of each kind of source", () => {
  const kinds = examples.map(({ source = "" }) => (JSON.parse(source) as { kind: string }).kind);
  expect([...new Set(kinds)]).toEqual(sourceShape.options.map(({ shape }) => shape.kind.value));
  expect(kinds).toHaveLength(page.split("```json mapping").length - 1);
});

test.each(examples)(
  "docs/formats.md: a message on $topic becomes what it says",
  ({ source, topic, encoding, message, ends }) => {
    const own = sourceShape.parse(JSON.parse(String(source)));
    const payload = Buffer.from(String(message), encoding === "base64" ? "base64" : "utf8");
    const { refused, readings } = dryRun(own, { topic: String(topic), payload, receivedAt }, limits);
    expect(refused).toBeNull();
    const told = readings.map((reading, at) => `${at + 1}. ${tellReading(reading)}\n`);
    expect(told.join("")).toBe(ends);
  },
);

test("docs/formats.md: the gateway it shows may stand in a network file", () => {
  const gateway = /```json network\n(.+)\n```/.exec(page)?.[1] ?? "";
  const organisation = networkShape.shape.organisations.element;
  const gateways = organisation.shape.sites.unwrap().element.shape.gateways.unwrap().element;
  expect(gateways.safeParse(JSON.parse(gateway)).success).toBe(true);
});
