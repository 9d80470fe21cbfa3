import { expect, test } from "vitest";
import { eventHash, eventPreHash } from "./hash.ts";

const event = {
  type: "ObjectEvent",
  eventTime: "2026-03-01T08:30:00.000+08:00",
  eventTimeZoneOffset: "+08:00",
  epcList: ["urn:epc:id:sgtin:4012345.012345.2", "https://any.example/01/04012345123456/21/1"],
  action: "OBSERVE",
  bizStep: "receiving",
};
const context = [
  "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
  { ex: "https://ns.example/" },
];
const withField = (fields: object) => eventHash({ ...event, ...fields }, context);

test("the pre-hash has EPCs sorted in constrained form, times in UTC and words as URIs", () => {
  expect(eventPreHash(event, context)).toBe(
    "eventType=ObjectEventeventTime=2026-03-01T00:30:00.000ZeventTimeZoneOffset=+08:00epcListepc=https://id.gs1.org/01/04012345123456/21/1epc=https://id.gs1.org/01/04012345123456/21/2action=OBSERVEbizStep=https://ref.gs1.org/cbv/BizStep-receiving",
  );
  expect(withField({})).toMatch(/^ni:\/\/\/sha-256;[0-9a-f]{64}\?ver=CBV2\.0$/);
});

test("record time, event id, error declaration, comment and context don't count", () => {
  const outside = {
    recordTime: "2026-03-01T00:00:00Z",
    eventID: "urn:uuid:1",
    errorDeclaration: {},
    "rdfs:comment": "x",
    "@context": {},
  };
  expect(withField(outside)).toBe(withField({}));
});

test("order of fields and list members, spelling of words and times don't count", () => {
  const reversed = Object.fromEntries(
    Object.entries({ ...event, epcList: event.epcList.toReversed() }).toReversed(),
  );
  expect(eventHash(reversed, context)).toBe(withField({}));
  expect(withField({ bizStep: "cbv:BizStep-receiving", eventTime: "2026-03-01T00:30:00Z" })).toBe(
    withField({}),
  );
  expect(withField({ quantityList: [], disposition: "" })).toBe(withField({}));
});

test("texts that look like numbers stay apart", () => {
  const lots = ["007", "7", "7.0", "81012350000000157474", "81012350000000157475", "inf"];
  expect(new Set(lots.map((lot) => withField({ ilmd: { "cbvmda:lotNumber": lot } }))).size).toBe(lots.length);
});

test("a prefix stands for its namespace", () => {
  const other = { "@context": { other: "https://ns.example/" } };
  expect(withField({ ...other, "other:field": "1" })).toBe(withField({ "ex:field": "1" }));
  expect(withField({ "ex:field": "1" })).not.toBe(withField({ "unknown:field": "1" }));
});

test("numbers are written without exponent, extensions sorted by code point", () => {
  expect(eventPreHash({ type: "ObjectEvent", "ex:a": [1.5e21, -1.5e-7, true] }, context)).toBe(
    "eventType=ObjectEvent{https://ns.example/}a=-0.00000015{https://ns.example/}a=1500000000000000000000{https://ns.example/}a=true",
  );
  expect(eventPreHash({ type: "ObjectEvent", "ex:a": ["\u{1f600}", "\uffee"] }, context)).toContain(
    "a=\uffee{https://ns.example/}a=\u{1f600}",
  );
});

test("a document names fields that don't count", () => {
  const document = { "@context": context, "ex:ignoreFields": ["ex:internal"] };
  expect(eventHash({ ...event, "ex:internal": "1" }, document)).toBe(withField({}));
});
