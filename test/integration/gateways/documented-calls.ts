import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { asking, type GatewayStage } from "./stage.ts";

/** The calls of docs/enrolment.md, sent as they stand there. */
export function documentedCalls(stage: GatewayStage): void {
  const { by, entriesOf } = asking(stage);

  it("the calls in docs/enrolment.md work as they stand there", async () => {
    const page = readFileSync(new URL("../../../docs/enrolment.md", import.meta.url), "utf8");
    const calls = [...page.matchAll(/^(GET|POST|PATCH) (\/v1\/\S+)\n(\{.*\}\n)?```$/gm)];
    expect(calls).toHaveLength(8);
    for (const [, method = "", path = "", text] of calls) {
      const body = text === undefined ? undefined : (JSON.parse(text) as Record<string, unknown>);
      if (body?.at !== undefined) body.at = new Date(Date.now() + 86_400_000).toISOString();
      const headers = by(path === "/v1/devices" ? "maker" : "shop");
      const { status } = await stage.network.ask(method, path, body, headers);
      expect([method, path, status]).toEqual([method, path, path.endsWith("/claim") ? 201 : 200]);
    }
    const [, sticker = ""] = /^```\n(coldmark:gw:.*)\n```$/m.exec(page) ?? [];
    const devices = await stage.network.ask("GET", "/v1/devices?limit=1000", undefined, by("maker"));
    expect(JSON.stringify(await devices.json())).toContain(`"${sticker.split(":")[2]}"`);
    expect((await entriesOf("68894d58f18f2c34d49eb2f4b110e042")).length).toBe(3);
  });
}
