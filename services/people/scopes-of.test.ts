import { describe, expect, it } from "vitest";
import { scopesOf } from "./scopes-of.ts";

const names = { zh: "示范", en: "Demo" };
const of = (
  role: "operator" | "manager" | "auditor",
  kind: "operator" | "authority" | "pharmacy" | "wholesaler",
) => scopesOf({ role, organisation: { names, kind } });

describe("scopesOf", () => {
  it("lets an operator look everywhere and act, a manager act at home", () => {
    expect(of("operator", "operator")).toEqual(
      expect.arrayContaining(["console:read", "console:read-all", "alarms:acknowledge"]),
    );
    expect(of("manager", "pharmacy")).toEqual([
      ...["console:read", "alarms:acknowledge", "gateways", "provenance:partner"],
    ]);
    expect(of("manager", "authority")).not.toContain("console:read-all");
  });

  it("lets an auditor look, everywhere only for the operator or an authority, and act nowhere", () => {
    for (const kind of ["operator", "authority"] as const)
      expect(of("auditor", kind)).toContain("console:read-all");
    for (const kind of ["pharmacy", "wholesaler"] as const)
      expect(of("auditor", kind)).not.toContain("console:read-all");
    for (const kind of ["operator", "pharmacy"] as const)
      for (const scope of ["alarms:acknowledge", "gateways"])
        expect(of("auditor", kind)).not.toContain(scope);
  });
});
