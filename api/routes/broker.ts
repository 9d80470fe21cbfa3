import { createHash, timingSafeEqual } from "node:crypto";
import { z } from "@hono/zod-openapi";
import { AppError } from "#domain/errors.ts";
import { checkBrokerAccess } from "#services/brokers/check-broker-access.ts";
import { checkBrokerLogin } from "#services/brokers/check-broker-login.ts";
import { KnownAnswers } from "#services/brokers/known-answers.ts";
import type { Api, ApiContext, ApiParts } from "../parts.ts";
import { readShape } from "../read-json.ts";

const limits = { maxBytes: 16_384, maxDepth: 2 };
const name = z.string().max(1_024);
const login = z.strictObject({ clientid: name, username: name, password: z.string().max(4_096) });
const access = z.strictObject({
  clientid: name,
  username: name,
  action: z.enum(["publish", "subscribe"]),
  topic: z.string().max(8_192),
  qos: z.enum(["0", "1", "2"]),
  retain: z.enum(["true", "false"]),
});

/**
 * What EMQX 5 asks by its HTTP convention when a client connects, publishes or subscribes (docs/brokers/emqx): JSON with
 * its placeholders filled in as texts; status 200 with `result`, any other counts as no answer. Only the broker may
 * ask, with a secret of its own; without that setting these addresses don't exist, and they stand in no OpenAPI
 * document because nobody else has a use for them.
 */
export function brokerRoutes(app: Api, { store, config }: Pick<ApiParts, "store" | "config">): void {
  const secret = config.brokerAuthSecret;
  if (secret === undefined) return;
  const clock = () => performance.now();
  const parts = { store, config, logins: new KnownAnswers(clock), gateways: new KnownAnswers(clock) };
  const told = (may: boolean) => (may ? ("allow" as const) : ("deny" as const));
  app.post("/broker/auth", async (c) => {
    requireBroker(c, secret.reveal());
    const asked = await readShape(c.req.raw, login, limits);
    return c.json({ result: told(await checkBrokerLogin(parts, asked)), is_superuser: false });
  });
  app.post("/broker/acl", async (c) => {
    requireBroker(c, secret.reveal());
    const { retain, ...asked } = await readShape(c.req.raw, access, limits);
    return c.json({ result: told(await checkBrokerAccess(parts, { ...asked, retain: retain === "true" })) });
  });
}

/** @throws AppError UNAUTHENTICATED; the time taken doesn't tell how much of the secret was right */
function requireBroker(c: ApiContext, secret: string): void {
  const given = digest(c.req.header("authorization") ?? "");
  if (!timingSafeEqual(given, digest(`Bearer ${secret}`)))
    throw new AppError("UNAUTHENTICATED", "this address is for the broker");
}

const digest = (text: string) => createHash("sha256").update(text).digest();
