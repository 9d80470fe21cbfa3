import type { Config } from "#config";
import { AppError } from "#domain/errors.ts";
import { fromBase64, toBase64 } from "#domain/log/bytes.ts";
import { openStore, type Store } from "#store/connect.ts";
import { type GatewayFacts, loadGateways } from "#store/gateway-registry.ts";
import { askRunning } from "../control.ts";
import { complain } from "../say.ts";

type Keys = GatewayFacts["keys"];
type Key = Keys extends ReadonlyMap<string, infer One> ? One : never;
type ToldKey = Omit<Key, "publicKey"> & { readonly publicKey: string };

const keyShape = /^([^=]+)=(Ed25519|ES256):([A-Za-z0-9+/]+=*)$/;

/**
 * A gateway's public keys: those named by hand, else those in the register, of the running process or of DATABASE_URL. Where neither
 * is there, none.
 * @throws AppError NOT_FOUND for a gateway that the register doesn't know
 */
export async function enrolledKeys(
  config: Config,
  gateway: string,
  named: readonly string[] = [],
): Promise<Keys> {
  if (named.length > 0) return mapOf(named.map(parseKey));
  const running = await askRunning(config.dataDir, "gateway keys", { gateway });
  if (running !== null) return mapOf((running.result as ToldKey[]).map(heardKey));
  if (config.databaseUrl === undefined) {
    complain("no register at hand (DATA_DIR, DATABASE_URL), and no --key: taken as unsigned");
    return new Map();
  }
  const store = await openStore({ dataDir: config.dataDir, databaseUrl: config.databaseUrl.reveal() });
  try {
    return await registeredKeys(store, gateway);
  } finally {
    await store.close();
  }
}

/** What the running process tells of a gateway's keys; `input` comes from the other process. */
export async function tellKeys(store: Store, input: unknown): Promise<ToldKey[]> {
  const keys = await registeredKeys(store, (input as { gateway: string }).gateway);
  return [...keys.values()].map(({ kid, alg, publicKey, revokedAt }) => ({
    ...{ kid, alg, revokedAt },
    publicKey: toBase64(publicKey),
  }));
}

async function registeredKeys(store: Store, gateway: string): Promise<Keys> {
  const found = await store.as({ role: "worker" }, (tx) => loadGateways(tx, [gateway]));
  const facts = found.get(gateway);
  if (facts === undefined) throw new AppError("NOT_FOUND", `no gateway ${gateway} is in the register`);
  return facts.keys;
}

function parseKey(text: string): Key {
  const [, kid = "", alg, publicKey = ""] = keyShape.exec(text) ?? [];
  if (alg === undefined)
    throw new AppError("BAD_REQUEST", "--key takes KID=Ed25519:BASE64 or KID=ES256:BASE64");
  return { kid, alg: alg as Key["alg"], publicKey: fromBase64(publicKey), revokedAt: null };
}

function heardKey({ publicKey, ...key }: ToldKey): Key {
  return { ...key, publicKey: fromBase64(publicKey) };
}

function mapOf(keys: readonly Key[]): Keys {
  return new Map(keys.map((key) => [key.kid, key]));
}
