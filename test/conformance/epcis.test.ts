import { readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { parseCapture } from "#domain/epcis/capture.ts";
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

function schemaCheck() {
  const ajv = new Ajv({ strict: false });
  addFormats.default(ajv);
  return ajv.compile(readJson("gs1-epcis/EPCIS-JSON-Schema.json"));
}

describe("GS1's EPCIS 2.0 examples", () => {
  const files = filesOf("gs1-epcis/JSON", ".jsonld");
  const isValid = schemaCheck();
  const otherKinds = ["TransactionEvent", "TransformationEvent"];

  /**
   * These name a field in sensorMetadata and in sensorReport at once to show every field of the schema; the standard
   * forbids it (EPCIS 2.0 §7.3.7), and no JSON schema can say so.
   */
  const doublySensed = /all_possible_fields/;

  test("there are 47 documents, all valid by the schema", () => {
    expect(files).toHaveLength(47);
    for (const file of files) expect(isValid(readJson(file)), file).toBe(true);
  });

  test.each(files.map((file) => file.replace("gs1-epcis/JSON/", "")))("%s", (name) => {
    const document: EpcisDocument = readJson(`gs1-epcis/JSON/${name}`);
    const { events, faults } = parseCapture(document);
    const supported = eventsOf(document).filter(({ type }) => !otherKinds.includes(type ?? ""));
    const refused = faults.filter(({ message }) => message.includes("is not supported yet"));
    expect(refused).toHaveLength(eventsOf(document).length - supported.length);
    const others = faults.filter((fault) => !refused.includes(fault));
    if (doublySensed.test(name)) {
      for (const { message } of others) expect(message).toContain("keep it in one of the two");
      expect(events).toEqual([]);
    } else {
      expect(others).toEqual([]);
      expect(events).toEqual(supported);
    }
  });
});

describe("what we accept is valid by GS1's schema", () => {
  const isValid = schemaCheck();
  const common = { eventTime: "2026-03-01T08:30:00.000+08:00", eventTimeZoneOffset: "+08:00" };
  const pack = "urn:x-cn:dtc:81012350000000157474";
  const fridge = "https://id.gs1.org/414/9520123456788/254/F-01";
  const events = {
    "a lot is commissioned": {
      ...common,
      type: "ObjectEvent",
      action: "ADD",
      bizStep: "commissioning",
      disposition: "active",
      epcList: [pack],
      ilmd: { "cbvmda:lotNumber": "A1", "cbvmda:itemExpirationDate": "2027-12-31" },
    },
    "a pack is put into a refrigerator": {
      ...common,
      type: "ObjectEvent",
      action: "OBSERVE",
      bizStep: "https://ref.gs1.org/cbv/BizStep-storing",
      epcList: [pack],
      bizLocation: { id: fridge },
    },
    "a case is packed": {
      ...common,
      type: "AggregationEvent",
      action: "ADD",
      bizStep: "packing",
      parentID: "https://id.gs1.org/00/040123450000003338",
      childEPCs: [pack],
    },
    "a sensor is put into a refrigerator": {
      ...common,
      type: "AssociationEvent",
      action: "ADD",
      bizStep: "installing",
      parentID: fridge,
      childEPCs: ["https://id.gs1.org/8004/4000001111"],
    },
    "an excursion is reported": {
      ...common,
      type: "ObjectEvent",
      action: "OBSERVE",
      bizStep: "sensor_reporting",
      readPoint: { id: fridge },
      sensorElementList: [
        {
          sensorMetadata: {
            startTime: common.eventTime,
            endTime: common.eventTime,
            rawData: "https://a.example/1",
          },
          sensorReport: [
            { type: "Temperature", minValue: 2.1, maxValue: 9.4, uom: "CEL", exception: "ALARM_CONDITION" },
          ],
        },
      ],
    },
  };

  test.each(Object.entries(events))("%s", (_, event) => {
    const document = {
      "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
      type: "EPCISDocument",
      schemaVersion: "2.0",
      creationDate: common.eventTime,
      epcisBody: { eventList: [event] },
    };
    expect(parseCapture(document)).toEqual({ events: [event], faults: [] });
    expect(isValid(document), JSON.stringify(isValid.errors)).toBe(true);
  });
});
