import { readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { eventHash, eventPreHash } from "#domain/epcis/hash.ts";

const data = resolve(process.env.COLDMARK_SHARED ?? "../shared", "data");
const readText = (file: string) => readFileSync(join(data, file), "utf8");
const readJson = (file: string) => JSON.parse(readText(file));

/** Every file of a folder with that ending, below it too. */
const filesOf = (folder: string, ending: string) =>
  readdirSync(join(data, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending))
    .map((file) => join(folder, file))
    .toSorted();

interface EpcisDocument {
  readonly "@context": unknown;
  readonly type: string;
  readonly epcisBody: {
    eventList?: object[];
    event?: object;
    queryResults?: { resultsBody: { eventList: object[] } };
  };
}

function eventsOf({ epcisBody }: EpcisDocument): { type?: string }[] {
  if (epcisBody.queryResults) return epcisBody.queryResults.resultsBody.eventList;
  return epcisBody.eventList ?? (epcisBody.event ? [epcisBody.event] : []);
}

describe("CBV 2.0 event hash", () => {
  const files = filesOf("epcis-event-hash/examples", ".jsonld");
  const preHashes = readJson("epcis-event-hash/prehashes-regenerated.json").files;

  test.each(files.map((file) => basename(file, ".jsonld")))("%s", (name) => {
    const document: EpcisDocument = readJson(`epcis-event-hash/examples/${name}.jsonld`);
    const expected = readText(`epcis-event-hash/examples/${name}.hashes`).trim().split(/\s+/);
    const events = eventsOf(document);
    expect(events).toHaveLength(expected.length);
    expect(events.map((event) => eventPreHash(event, document))).toEqual(
      preHashes[`examples/${name}.jsonld`].map(({ prehash }: { prehash: string }) => prehash),
    );
    expect(events.map((event) => eventHash(event, document))).toEqual(expected);
  });

  test("these are all 22 JSON-LD documents with 43 events", () => {
    const counts = files.map((file) => eventsOf(readJson(file)).length);
    expect([counts.length, counts.reduce((sum, count) => sum + count, 0)]).toEqual([22, 43]);
  });

  test("one event in two spellings hashes alike", () => {
    const document: EpcisDocument = readJson(
      "epcis-event-hash/expected_equal/ReferenceEventHashAlgorithm.json",
    );
    const hashes = eventsOf(document).map((event) => eventHash(event, document));
    expect(hashes.length).toBeGreaterThan(1);
    expect(new Set(hashes).size).toBe(1);
  });
});
