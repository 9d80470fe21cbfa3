import { demoNetwork } from "#demo/network.ts";
import { openStore } from "#store/connect.ts";
import { registerNetwork } from "#services/register/register-network.ts";
import { loadConfig } from "#config";
import { pino } from "pino";
const store = await openStore({ dataDir: "/tmp/d-demo" });
const now = Date.now();
const { network } = demoNetwork({ seed: "x", sites: Number(process.argv[2]), now });
const ctx = { store, config: loadConfig({}), clock: Date.now, log: pino(), actor: { kind: "system" as const, id: "t", tenant: null, scopes: [] } };
for (const n of [1, 2]) { const t = performance.now(); const r = await registerNetwork(ctx, network); console.log(r.created.length, r.changed.length, r.unchanged, r.faults.slice(0,5), r.credentials.length, Math.round(performance.now() - t)); }
await store.close();
