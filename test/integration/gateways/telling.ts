import { eq } from "drizzle-orm";
import { expect, it } from "vitest";
import { saveProgress } from "#store/gateway-progress.ts";
import { pendingEntries } from "#store/schema/pending-entries.ts";
import { hangSensors, makeDevice, pointBehind } from "../../support/maker-network.ts";
import { signInAs } from "../../support/people-network.ts";
import { asking, type GatewayStage, type ToldGateway } from "./stage.ts";

interface Seen {
  serial: string | null;
  lastReceivedAt: string | null;
}

/** What is told of gateways: the list, the clock, whether messages must be signed. */
export function telling(stage: GatewayStage): void {
  const { by, claimed } = asking(stage);

  it("all gateways of an organisation are listed, newest first, to its keepers and its people and to nobody else", async () => {
    const listed = async (headers: Record<string, string>) => {
      const response = await stage.network.ask("GET", "/v1/gateways", undefined, headers);
      const { gateways: all = [] } = (await response.json()) as { gateways?: (ToldGateway & Seen)[] };
      return { status: response.status, all };
    };
    const [first, last] = [await claimed(makeDevice("LIST-1")), await claimed(makeDevice("LIST-2"))];
    const received = Date.now();
    const progress = { gatewayId: last.gateway.id, boot: 1, kid: null, upTo: 1, also: [], receiptedAt: null };
    const heard = {
      ...progress,
      hash: new Uint8Array(32),
      firstReceivedAt: 0,
      lastReceivedAt: received,
      skewMs: 250,
    };
    await stage.store.as({ role: "worker" }, (tx) => saveProgress(tx, [{ ...heard, tenantId: "shop" }]));
    const { all } = await listed(by("shop"));
    expect(all.slice(0, 2)).toEqual([
      { ...last.gateway, lastReceivedAt: new Date(received).toISOString(), skewMs: 250 },
      first.gateway,
    ]);
    expect(first.gateway).toMatchObject({ serial: "LIST-1", lastReceivedAt: null, skewMs: null });
    for (const person of ["manager@demo.test", "auditor@demo.test"]) {
      const cookie = await signInAs(stage.network.people.app, person);
      expect((await listed({ cookie })).all).toEqual(all);
    }
    const foreign = await listed({ cookie: await signInAs(stage.network.people.app, "operator@demo.test") });
    expect([foreign.status, foreign.all]).toEqual([200, []]);
    const others = (await listed(by("other"))).all.map(({ id }) => id);
    expect(others).not.toContain(first.gateway.id);
    expect(all.map(({ id }) => id).filter((id) => others.includes(id))).toEqual([]);
    for (const headers of [by("weak"), by("maker"), {}]) expect((await listed(headers)).status).toBe(401);
  });

  it("they come page by page, those in use first; what is no page's cursor is refused", async () => {
    const page = async (query: string) => {
      const response = await stage.network.ask("GET", `/v1/gateways?${query}`, undefined, by("shop"));
      expect([query, response.status]).toEqual([query, 200]);
      return (await response.json()) as { gateways: ToldGateway[]; next: string | null };
    };
    const ended = await claimed(makeDevice("PAGE-1"));
    const why = { why: "for its place in the list" };
    await stage.network.ask("POST", `/v1/gateways/${ended.gateway.id}/revoke`, why, by("shop"));
    const [used] = [await claimed(makeDevice("PAGE-2")), await claimed(makeDevice("PAGE-3"))];
    const { gateways: all, next: none } = await page("limit=1000");
    expect(none).toBeNull();
    expect(all[1]).toEqual(used.gateway);
    const firstEnded = all.findIndex(({ id }) => id === ended.gateway.id);
    expect(all.map(({ revokedAt }) => revokedAt === null)).toEqual(all.map((_, at) => at < firstEnded));
    const paged: ToldGateway[] = [];
    for (let next: string | null = ""; next !== null; ) {
      const got = await page(`limit=2${next && `&cursor=${next}`}`);
      expect(got.gateways).toHaveLength(Math.min(2, all.length - paged.length));
      paged.push(...got.gateways);
      next = got.next;
    }
    expect(paged).toEqual(all);
    for (const query of ["cursor=till-side", "limit=0", "page=2"]) {
      const refused = await stage.network.ask("GET", `/v1/gateways?${query}`, undefined, by("shop"));
      expect([query, refused.status]).toEqual([query, 400]);
    }
  });

  it("is told with how far its clock is behind ours, once a live message said so", async () => {
    const { gateway } = await claimed(makeDevice("CLOCK-1"));
    const skewOf = async () => {
      const told = await stage.network.ask("GET", `/v1/gateways/${gateway.id}`, undefined, by("shop"));
      return ((await told.json()) as { skewMs: number | null }).skewMs;
    };
    expect(await skewOf()).toBeNull();
    const progress = { gatewayId: gateway.id, boot: 1, kid: null, upTo: 1, also: [], receiptedAt: null };
    const heard = {
      ...progress,
      hash: new Uint8Array(32),
      firstReceivedAt: 0,
      lastReceivedAt: Date.now(),
      skewMs: -90_000,
    };
    await stage.store.as({ role: "worker" }, (tx) => saveProgress(tx, [{ ...heard, tenantId: "shop" }]));
    expect(await skewOf()).toBe(-90_000);
  });

  it("whether messages must be signed can be changed, and the roster in the log says so", async () => {
    const { gateway } = await claimed(makeDevice("ROSTER-1"));
    await hangSensors(stage.network, [gateway.id]);
    const rosters = async () => {
      const rows = await stage.store.as({ role: "worker" }, (tx) =>
        tx
          .select()
          .from(pendingEntries)
          .where(eq(pendingEntries.kind, "equipment"))
          .orderBy(pendingEntries.id),
      );
      return rows.filter(({ body }) => body.includes(pointBehind(gateway.id))).map(({ body }) => body);
    };
    const patch = { signatureRequired: false };
    const changed = await stage.network.ask("PATCH", `/v1/gateways/${gateway.id}`, patch, by("shop"));
    expect(await changed.json()).toMatchObject(patch);
    expect((await rosters()).map((body) => /"signatureRequired":(\w+)/.exec(body)?.[1])).toEqual([
      "true",
      "false",
    ]);
  });
}
