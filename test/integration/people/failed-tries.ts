import { describe, expect, it } from "vitest";
import { password, trySignIn } from "../../support/people-network.ts";
import { manager, type PeopleStage } from "./stage.ts";

/** How often somebody may try in vain. */
export function failedTries(stage: PeopleStage): void {
  describe("a limit of failed tries a minute", () => {
    const statuses = async (times: number, email: string, secret: string, from: (n: number) => string) => {
      const found = [];
      for (let n = 0; n < times; n += 1)
        found.push((await trySignIn(stage.network.app, email, secret, from(n))).status);
      return found;
    };

    it("holds for one net at one address, also for the right password, and ends", async () => {
      const net = () => "198.51.100.7";
      expect(await statuses(10, manager, "wrong", net)).toEqual(Array(10).fill(401));
      const refused = await trySignIn(stage.network.app, manager, password, net());
      expect(refused.status).toBe(429);
      expect(refused.headers.get("retry-after")).not.toBeNull();
      expect((await trySignIn(stage.network.app, "auditor@demo.test", password, net())).status).toBe(200);
      stage.network.now += 60_000;
      expect((await trySignIn(stage.network.app, manager, password, net())).status).toBe(200);
    });

    it("lets nobody keep a person out: other nets' tries at the address don't count", async () => {
      const nets = (n: number) => `203.0.113.${n % 2}`;
      expect((await statuses(22, "auditor@demo.test", "wrong", nets)).slice(-2)).toEqual([429, 429]);
      expect((await trySignIn(stage.network.app, "auditor@demo.test", password, "203.0.113.9")).status).toBe(
        200,
      );
    });

    it("isn't touched by those who get in", async () => {
      expect(await statuses(12, manager, password, () => "192.0.2.9")).toEqual(Array(12).fill(200));
    });
  });
}
