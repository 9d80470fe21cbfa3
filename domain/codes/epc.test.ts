import { describe, expect, test } from "vitest";
import { canonicalEpc } from "./epc.ts";
import { parseCode } from "./parse.ts";

const gs1 = "https://id.gs1.org";

describe("canonical EPC", () => {
  test.each([
    ["pack from an element string", "01095201234567881726123110AB\u001d21xY", "/01/09520123456788/21/xY"],
    [
      "pack from another host, lot and query dropped",
      "http://a.example/x/01/09520123456788/10/AB/21/xY?17=261231",
      "/01/09520123456788/21/xY",
    ],
    ["lot", "https://a.example/01/09520123456788/10/A%2fB", "/01/09520123456788/10/A%2FB"],
    ["product", "9520123456788", "/01/09520123456788"],
    ["logistic unit", "00006141411234567890", "/00/006141411234567890"],
    ["place with extension", "https://a/414/9520123456788/254/R%31", "/414/9520123456788/254/R1"],
    ["place", "(414)9520123456788", "/414/9520123456788"],
    ["asset", "https://a/8004/9520614141234567/7040/1ABC", "/8004/9520614141234567"],
    ["returnable asset", "(8003)04012345666663A'b", "/8003/04012345666663A%27b"],
    ["sgtin", "urn:epc:id:sgtin:0614141.812345.6789%2F", "/01/80614141123458/21/6789%2F"],
    [
      "sgtin with stops in its serial",
      "urn:epc:id:sgtin:4012345.012345.1.2.3",
      "/01/04012345123456/21/1.2.3",
    ],
    ["sscc", "urn:epc:id:sscc:4012345.0000000333", "/00/040123450000003338"],
    ["sgln", "urn:epc:id:sgln:4012345.00011.987", "/414/4012345000115/254/987"],
    ["sgln without extension", "urn:epc:id:sgln:4012345.00011.0", "/414/4012345000115"],
    ["grai", "urn:epc:id:grai:4012345.66666.87", "/8003/0401234566666387"],
    ["giai", "urn:epc:id:giai:4012345.AAbb", "/8004/4012345AAbb"],
    ["lgtin", "urn:epc:class:lgtin:4054739.099914.20160711", "/01/04054739999148/10/20160711"],
  ])("%s", (_, code, path) => {
    expect(canonicalEpc(code)).toBe(gs1 + path);
    expect(canonicalEpc(gs1 + path)).toBe(gs1 + path);
  });

  test("a Chinese code is free of any host", () => {
    const epc = "urn:x-cn:dtc:81012350000000157474";
    expect(canonicalEpc("https://a.example/cn/dtc/81012350000000157474")).toBe(epc);
    expect(canonicalEpc(parseCode("81012350000000157474"))).toBe(epc);
    expect(canonicalEpc(epc)).toBe(epc);
  });

  test.each([
    "",
    "urn:epc:id:sgtin:4012345.12345.1",
    "urn:epc:id:sgtin:4012345.012345",
    "urn:epc:id:sgtin:40123456.012345.1",
    "urn:epc:id:toString:4012345.012345.1",
    "urn:epc:id:sgtin:4012345.012345.123456789012345678901",
    "urn:epc:idpat:sgtin:4012345.012345.1",
    "urn:uuid:7a4b7d7e-6f4a-4b8c-9b60-2a4e3e0f8c11",
    "https://a/01/09520123456789",
    "1095AB",
    "(10)AB",
  ])("%s is no EPC", (code) => {
    expect(canonicalEpc(code)).toBeNull();
  });
});
