import { describe, expect, it } from "vitest";
import { accounts } from "#store/schema/users.ts";
import { password, post, signInAs, trySignIn } from "../../support/people-network.ts";
import { asking, manager, type PeopleStage } from "./stage.ts";

/** What is written down of people, in the audit, the log and the records, and what isn't. */
export function writtenDown(stage: PeopleStage): void {
  const { asAuth, idOf, auditOf } = asking(stage);
  describe("what is written down", () => {
    it("has who came and left in the audit of their organisation", async () => {
      const subject = `person ${await idOf("auditor@demo.test")}`;
      const before = (await auditOf("shop", subject)).length;
      const cookie = await signInAs(stage.network.app, "auditor@demo.test");
      await post(stage.network.app, "/auth/sign-out", {}, { headers: { cookie } });
      const rows = (await auditOf("shop", subject)).slice(before);
      expect(rows).toMatchObject([
        { at: stage.network.now, actor: subject.replace(" ", ":"), action: "person.sign-in" },
        { at: stage.network.now, actor: subject.replace(" ", ":"), action: "person.sign-out" },
      ]);
    });

    it("has no password, hash, token or mail address in the log, but tells tries at one address from others", async () => {
      const cookie = await signInAs(stage.network.app, manager);
      for (const email of [manager, "nobody@demo.test", manager])
        await trySignIn(stage.network.app, email, "not the password");
      const text = stage.network.lines.join("");
      const hashes = await asAuth((tx) => tx.select({ hash: accounts.password }).from(accounts));
      const token = decodeURIComponent(cookie.split("=")[1] ?? "").split(".")[0] ?? "";
      expect(hashes.length).toBeGreaterThan(5);
      for (const secret of [
        password,
        "not the password",
        token,
        "@demo.test",
        ...hashes.map(({ hash }) => hash),
      ]) {
        expect(text).not.toContain(secret);
      }
      const refused = stage.network.lines
        .map((line) => JSON.parse(line))
        .filter(({ msg }) => msg === "sign-in refused")
        .slice(-3)
        .map(({ person }) => person);
      expect(refused[0]).toMatch(/^[0-9a-f]{16}$/);
      expect([refused[0] === refused[2], refused[0] === refused[1]]).toEqual([true, false]);
    });

    it("keeps passwords as slow hashes only", async () => {
      const [kept] = await asAuth((tx) => tx.select().from(accounts));
      expect(kept?.password).toMatch(/^[0-9a-f]{32}:[0-9a-f]{128}$/);
    });
  });
}
