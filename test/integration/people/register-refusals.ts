import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { registerNetwork } from "#services/register/register-network.ts";
import type { Store } from "#store/connect.ts";
import { fileWith, newcomer, type PeopleStage } from "./stage.ts";

/** What the register file may not say of people, and who may bring one. */
export function registerRefusals(stage: PeopleStage): void {
  describe("the register file", () => {
    it("lists every fault: no address, a short password, an operator elsewhere, an address twice", async () => {
      const { faults } = await stage.network.register(
        fileWith("shop", [
          newcomer({ email: "nowhere" }),
          newcomer({ password: "short" }),
          newcomer({ email: "NEW@demo.test", role: "operator" }),
        ]),
      );
      const at = (n: number, field: string) => `organisations[0].people[${n}].${field}`;
      expect(faults.map(({ path }) => path).sort()).toEqual(
        [at(0, "email"), at(1, "password"), at(2, "email"), at(2, "role")].sort(),
      );
    });

    it("logs why somebody could not be written, without the hash that the query held", async () => {
      const { store, config, clock } = stage.network.parts;
      const lines: string[] = [];
      const log = pino({}, { write: (line) => void lines.push(line) });
      const asAuthFailing: Store["as"] = (who, work) =>
        store.as(who, work).then((result) => {
          if (who.role !== "auth" || result !== undefined) return result;
          throw new Error("Failed query: params: the-hash", { cause: new Error("disk full") });
        });
      const actor = { kind: "system" as const, id: "test", tenant: null, scopes: [] };
      const ctx = { store: { ...store, as: asAuthFailing }, config, clock, log, actor };
      const { faults } = await registerNetwork(
        ctx,
        fileWith("shop", [newcomer({ email: "full@demo.test" })]),
      );
      expect(faults).toMatchObject([{ path: "organisations[0]" }]);
      expect(lines.join("")).toContain("disk full");
      expect(lines.join("")).not.toMatch(/the-hash|@demo/);
    });

    it("takes people from the operator's keys and from keys with admin, not from a key that may only register", async () => {
      const file = fileWith("shop", [newcomer({ email: "by-key@demo.test" })]);
      const { store, config, clock, log } = stage.network.parts;
      const by = (tenant: string, ...scopes: string[]) =>
        registerNetwork(
          { store, config, clock, log, actor: { kind: "apiKey", id: "k", tenant, scopes } },
          file,
          { dryRun: true },
        );
      expect((await by("shop", "register")).faults).toMatchObject([{ path: "organisations[0].people[0]" }]);
      expect((await by("shop", "admin")).faults).toEqual([]);
      expect((await by("op", "register")).faults).toEqual([]);
    });
  });
}
