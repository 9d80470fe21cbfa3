import { readFileSync } from "node:fs";
import { sha256 } from "@noble/hashes/sha2.js";
import { describe, expect, test } from "vitest";
import { mktFromTerms, mktTerm } from "#domain/coldchain/mkt.ts";
import {
  type ProfileScope,
  profiles,
  type RuleNumber,
  type RuleProfile,
} from "#domain/coldchain/profiles.ts";
import { example } from "#test/golden/stories.ts";
import type { Bundle } from "./bundle.ts";
import { fromHex, toHex, utf8 } from "./bytes.ts";
import { canonicalize } from "./canonical.ts";
import { logIdOf, revocationSubject, sealDigest } from "./chain-view.ts";
import { openCheckpoint } from "./checkpoint.ts";
import { commitmentOf, entryBytes, entryLeaf, type Opening, saltedHash, streamOf } from "./entry.ts";
import { leafHash, nodeHash } from "./merkle.ts";
import { verifyHeads } from "./prefix-tree.ts";

/** The worked example of docs/verify.md: every value in it is made here again, byte for byte. */
const page = readFileSync(new URL("../../docs/verify.md", import.meta.url), "utf8");
const { bundle, trust } = example();
const stretch = (at: number) => bundle.streams[at] as Bundle["streams"][number];
const [own, fridge] = [stretch(0), stretch(2)];
const first = own.entries[0] as Opening;
const header = { ...first.header, body: saltedHash(first.bodySalt, first.body) };
const entry = { v: 1, stream: own.stream, seq: 0, prev: own.prev, commit: commitmentOf(first) } as const;
const day = bundle.days[0]!;
const { opening } = bundle.heads;
const heads = { v: 1, stream: streamOf("urn:coldmark:heads"), seq: 1, prev: bundle.heads.prev } as const;
const headsLeaf = entryLeaf({ ...heads, commit: commitmentOf(opening) });
const readings = (fridge.entries[0] as unknown as { readings: unknown[] }).readings;
const row = readings.map((each) => leafHash(utf8(canonicalize(each))));
const note = openCheckpoint(bundle.checkpoint, trust.logKeys) as { root: Uint8Array };
const word = (value: number) => value.toString(16).padStart(64, "0");

describe("the worked example of docs/verify.md", () => {
  test.each([
    ["the body in canonical form", canonicalize(first.body)],
    ["its salted hash", header.body],
    ["the header in canonical form", canonicalize(header)],
    ["the commitment", entry.commit],
    ["the stream's id", own.stream],
    ["the entry in canonical form", new TextDecoder().decode(entryBytes(entry))],
    ["its leaf", entryLeaf(entry)],
    ["the readings' leaves", row.map(toHex).join("\n")],
    ["their root", toHex(nodeHash(row[0]!, row[1]!))],
    ["the heads entry's leaf", headsLeaf],
    ["its only sibling", bundle.heads.path[0]],
    ["the tree's root", toHex(note.root)],
    ["the heads tree's root", (opening.body as { root: string }).root],
    ["the hash of the stream as a head", toHex(headHash())],
    ["the checkpoint", bundle.checkpoint.trimEnd()],
    ["the verifier key", trust.logKeys[0]],
    ["the log's id", trust.logId],
    ["the day's root", day.root],
    ["what the digest of the day's seal is over", word(day.size) + day.root + word(day.anchoredAt / 1000)],
    ["the digest", sealDigest(day)],
    ["the subject of the lot's recall", revocationSubject("06901234567892", "L1")],
  ])("holds %s", (_what, words) => {
    expect(`\n${page}`).toContain(`\n${words}\n`);
  });

  test("is a whole one: its parts lead to each other", () => {
    expect(logIdOf("coldmark.test/log")).toBe(trust.logId);
    expect(toHex(nodeHash(fromHex(bundle.heads.path[0]!), fromHex(headsLeaf)))).toBe(toHex(note.root));
    const root = fromHex((opening.body as { root: string }).root);
    expect(verifyHeads(root, fromHex(own.stream), own.head)).toMatchObject({ present: true, seq: 0 });
    expect(page).toContain("test/golden/bundle-v1/example-final.bundle.json");
  });
});

describe("the numbers of the profiles in docs/verify.md", () => {
  const minutes = ({ value }: RuleNumber) => `${value / 60_000} min`;
  const rowOf = ({ name, version, scopes }: RuleProfile, scope: ProfileScope) => {
    const { recordIntervalMs, recordIntervalOutMs, pointsMin } = scopes[scope];
    const numbers = [minutes(recordIntervalMs), minutes(recordIntervalOutMs), pointsMin.value];
    return `| ${[name, version, scope, ...numbers].join(" | ")} |`;
  };

  test("are those of the code, each scope of each profile and no other", () => {
    const scopes = ["warehouse", "transport", "shop"] as const;
    const rows = profiles.flatMap((profile) => scopes.map((scope) => rowOf(profile, scope)));
    const table = page.split("### Numbers of the profiles")[1]?.match(/^\|.*\|$/gm) ?? [];
    expect(table.slice(2)).toEqual(rows);
  });

  test("and the terms of the mean kinetic temperature", () => {
    const [, energy, gas] = /ΔH = ([\d.]+) kJ\/mol, R = ([\d.]+) kJ/.exec(page) ?? [];
    const term = (milliC: number) =>
      Math.exp((Number(energy) / Number(gas)) * (1 / 278.15 - 1 / (milliC / 1000 + 273.15)));
    for (const milliC of [-20_000, 2000, 5000, 8000]) expect(term(milliC)).toBeCloseTo(mktTerm(milliC), 12);
    expect(page).toContain(`at 8000 it is ${mktTerm(8000).toFixed(10)}.`);
    const [sum, weight] = [1000 * (60 * mktTerm(2000) + 30 * mktTerm(9000)), 90];
    const mean = Math.log(sum / (1000 * weight)) * (Number(gas) / Number(energy));
    expect(1 / (1 / 278.15 - mean) - 273.15).toBeCloseTo(mktFromTerms(sum / 1000, weight), 9);
  });
});

/** The pack's head as a leaf of the heads tree, which alone in a tree is its root. */
function headHash(): Uint8Array {
  const alone = { siblings: [] as string[], seq: own.head.seq, leaf: own.head.leaf };
  const bytes = Buffer.concat([
    Uint8Array.of(0x10),
    fromHex(own.stream),
    new Uint8Array(8),
    fromHex(entryLeaf(entry)),
  ]);
  const root = sha256(new Uint8Array(bytes));
  expect(verifyHeads(root, fromHex(own.stream), alone)).toMatchObject({ present: true });
  return root;
}
