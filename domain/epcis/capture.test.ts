import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCapture } from "./capture.ts";

const event = {
  type: "ObjectEvent",
  eventTime: "2026-03-01T08:30:00.000+08:00",
  eventTimeZoneOffset: "+08:00",
  epcList: ["https://id.gs1.org/01/09520123456788/21/1", "urn:x-cn:dtc:81012350000000157474"],
  action: "ADD",
  bizStep: "commissioning",
  readPoint: { id: "https://id.gs1.org/414/9520123456788" },
  ilmd: { "cbvmda:lotNumber": "A1", "cbvmda:itemExpirationDate": "2027-12-31" },
};
const documentOf = (...eventList: unknown[]) => ({
  "@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
  type: "EPCISDocument",
  schemaVersion: "2.0",
  creationDate: "2026-03-01T08:30:01Z",
  epcisBody: { eventList },
});
const faultsOf = (fields: object) =>
  parseCapture(documentOf({ ...event, ...fields })).faults.map(({ path }) =>
    path.replace("/epcisBody/eventList/0", ""),
  );

test("a valid document gives its events as they came", () => {
  expect(parseCapture(documentOf(event, event))).toEqual({ events: [event, event], faults: [] });
  expect(parseCapture(documentOf())).toEqual({ events: [], faults: [] });
});

test("a query document is read from its results", () => {
  const document = {
    "@context": [],
    type: "EPCISQueryDocument",
    epcisBody: { queryResults: { queryName: "q", resultsBody: { eventList: [event] } } },
  };
  expect(parseCapture(document).events).toEqual([event]);
});

describe("faults of one event", () => {
  test.each([
    [{ eventTime: "2026-03-01T08:30:00" }, ["/eventTime"]],
    [{ eventTimeZoneOffset: "+0800" }, ["/eventTimeZoneOffset"]],
    [{ action: "CHANGE", ilmd: undefined }, ["/action"]],
    [{ action: "OBSERVE" }, ["/ilmd"]],
    [{ epcList: [] }, ["/epcList"]],
    [{ epcList: ["09520123456788"] }, ["/epcList/0"]],
    [{ bizStep: "thawing" }, ["/bizStep"]],
    [{ readPoint: {} }, ["/readPoint/id"]],
    [{ readPoint: "https://id.gs1.org/414/9520123456788" }, ["/readPoint"]],
    [{ lotNumber: "A1" }, [""]],
    [{ "bad name": 1, other: 1 }, [""]],
    [{ ilmd: { lotNumber: "A1" } }, ["/ilmd"]],
    [{ ilmd: { "cbvmda:itemExpirationDate": "2027-02-30" } }, ["/ilmd/cbvmda:itemExpirationDate"]],
    [{ quantityList: [{ epcClass: "urn:a:b", quantity: "2" }] }, ["/quantityList/0/quantity"]],
    [{ sensorElementList: [{ sensorReport: [] }] }, ["/sensorElementList/0/sensorReport"]],
    [{ type: "TransactionEvent" }, ["/type"]],
    [{ type: "constructor" }, ["/type"]],
    [
      { type: "AssociationEvent", ilmd: undefined, epcList: undefined, childEPCs: ["urn:a:b"] },
      ["/parentID"],
    ],
    [{ eventTime: 1, bizStep: 2, lotNumber: "A1" }, ["/eventTime", "/bizStep", ""]],
  ])("%j", (fields, paths) => {
    const given = Object.fromEntries(
      Object.entries({ ...event, ...fields }).filter(([, value]) => value !== undefined),
    );
    const found = parseCapture(documentOf(given)).faults.map(({ path }) =>
      path.replace("/epcisBody/eventList/0", ""),
    );
    expect(found).toEqual(expect.arrayContaining(paths));
    expect(parseCapture(documentOf(given)).events).toEqual([]);
  });

  test("what a sensor element says once may stand in metadata or in the report", () => {
    const report = {
      type: "Temperature",
      maxValue: 9.4,
      uom: "CEL",
      deviceID: "urn:epc:id:giai:4000001.111",
    };
    const sensed = (sensorMetadata: object) => ({
      sensorElementList: [{ sensorMetadata, sensorReport: [report] }],
    });
    expect(faultsOf(sensed({ rawData: "https://a.example/1" }))).toEqual([]);
    expect(faultsOf(sensed({ deviceID: "urn:epc:id:giai:4000001.111" }))).toEqual([
      "/sensorElementList/0/sensorReport/0/deviceID",
    ]);
  });

  test("extensions are named by CURIE or URI, at every level", () => {
    expect(
      faultsOf({ "ex:note": { any: ["thing"] }, "https://ns.example/x": 1, ilmd: { "ex:a": 1 } }),
    ).toEqual([]);
  });

  test("one fault names the unknown fields and the cure", () => {
    const [fault] = parseCapture(documentOf({ ...event, lotNumber: 1, serial: 2 })).faults;
    expect(fault?.message).toBe(
      "does not know lotNumber, serial: correct the name, or write an extension as prefix:name",
    );
  });

  test("the other events of the document stay", () => {
    const { events, faults } = parseCapture(
      documentOf({ ...event, action: 1 }, event, { type: "TransformationEvent" }),
    );
    expect(events).toEqual([event]);
    expect(faults.map(({ path }) => path)).toContain("/epcisBody/eventList/2/type");
    expect(faults.at(-1)?.message).toContain("TransformationEvent is not supported yet");
  });
});

describe("children and parents", () => {
  const inside = {
    ...event,
    type: "AggregationEvent",
    epcList: undefined,
    ilmd: undefined,
    parentID: "urn:epc:id:sscc:4012345.0000000333",
  };
  const read = (fields: object) =>
    parseCapture(documentOf(JSON.parse(JSON.stringify({ ...inside, ...fields })))).faults.length;

  test("a child is needed unless everything is taken out, a parent unless it is only seen", () => {
    expect(read({ childEPCs: ["urn:a:b"] })).toBe(0);
    expect(read({})).toBe(1);
    expect(read({ action: "DELETE" })).toBe(0);
    expect(read({ action: "DELETE", parentID: undefined })).toBe(1);
    expect(
      read({ action: "OBSERVE", parentID: undefined, childQuantityList: [{ epcClass: "urn:a:b" }] }),
    ).toBe(0);
  });
});

describe("bounds", () => {
  test("too many events, too many EPCs", () => {
    expect(parseCapture(documentOf(event, event, event), { eventsMax: 2 })).toMatchObject({
      events: [],
      faults: [{ path: "/epcisBody/eventList", message: "holds 3 events: send at most 2 at a time" }],
    });
    expect(parseCapture(documentOf(event), { epcsMax: 1 }).faults[0]?.message).toContain("names 2 EPCs");
    expect(parseCapture(documentOf(event), { epcsMax: 2 }).faults).toEqual([]);
  });

  test("nesting of any depth is refused without recursion", () => {
    let deep: unknown = 1;
    for (let level = 0; level < 200_000; level += 1) deep = [deep];
    expect(parseCapture(documentOf({ ...event, "ex:deep": deep })).faults).toMatchObject([
      { message: expect.stringContaining("16 levels") },
    ]);
  });

  test("text that no database keeps is refused", () => {
    expect(faultsOf({ "ex:a": "x\u0000" })).toEqual(["/ex:a"]);
    expect(faultsOf({ "ex:a": "\ud800" })).toEqual(["/ex:a"]);
  });

  test("document faults are all told at once", () => {
    expect(
      parseCapture({ type: "EPCISDocument" })
        .faults.map(({ path }) => path)
        .toSorted(),
    ).toEqual(["/@context", "/creationDate", "/epcisBody/eventList", "/schemaVersion"]);
  });

  test("never throws", () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (value, inner) => {
        expect(parseCapture(value).events).toEqual([]);
        const { events, faults } = parseCapture(documentOf({ ...event, "ex:a": 1, readPoint: inner }));
        expect(events.length + faults.length).toBeGreaterThan(0);
      }),
    );
  });
});
