/** Whoever checks a deployment from outside: bundles by a process that knows only the trust file and the RPC, records by `audit`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "#anchor/audit/finding.ts";
import type { Deployment } from "./deployment.ts";
import { coldmark } from "./service.ts";

/** What a check of a bundle ended with: its exit code, its result and all that was said. */
export interface Checked {
  readonly exit: number;
  readonly result: string | undefined;
  readonly stdout: string;
}

/** The server's bundle of a code, or of none. */
export async function bundleText({ service }: Deployment, code = ""): Promise<string> {
  const url = new URL(`/v1/provenance/${encodeURIComponent(code)}/bundle`, service.url);
  // A line that has been idle for five seconds is closed by the server, maybe just as it is used again.
  return (await fetch(url, { headers: { connection: "close" } })).text();
}

/** A fresh bundle from the server, or a kept one (`text`), checked by a process that knows only the trust file and the RPC. */
export async function verify(
  deployment: Deployment,
  code: string,
  { rpc = "", trust = "trust.json", text = "", more = [] as readonly string[] } = {},
): Promise<Checked> {
  const file = join(deployment.folder, "bundle.json");
  writeFileSync(file, text || (await bundleText(deployment, code)));
  const trustFile = join(deployment.folder, trust);
  const endpoint = rpc || (await deployment.rpcUrl());
  const { code: exit, stdout } = await coldmark([
    ...["verify", file, "--trust", trustFile, "--code", code, "--rpc", endpoint, ...more],
  ]);
  return { exit, result: stdout.split("\n")[0], stdout };
}

/** The same check in short: the result, and what it says of the cold. */
export async function coldOf(
  deployment: Deployment,
  code: string,
  how: Parameters<typeof verify>[2] = {},
): Promise<string> {
  const { result, stdout } = await verify(deployment, code, how);
  return `${result} ${/^cold: +(.*)$/m.exec(stdout)?.[1]}`;
}

/** All records held against one another and the chain: the exit code and what was found. */
export async function fsck({ env }: Deployment): Promise<{ exit: number; findings: readonly Finding[] }> {
  const { code: exit, stdout } = await coldmark(["fsck", "--json"], env);
  const { findings } = JSON.parse(stdout) as { findings: readonly Finding[] };
  return { exit, findings };
}

/** An equipment's records from … to (epoch ms), held against the log; the kinds of what was found. */
export async function audit(
  deployment: Deployment,
  { equipment = "cold-room", from, to, more = [] }: AuditedSpan,
): Promise<{ exit: number; kinds: string[] }> {
  const [since, until] = [from, to].map((ms) => new Date(ms).toISOString());
  const asked = ["--equipment", equipment, "--from", since ?? "", "--to", until ?? "", ...more];
  const { code, stdout } = await coldmark(["audit", ...asked], deployment.env);
  return { exit: code, kinds: [...new Set(stdout.match(/^[A-Z_]+/gm))] };
}

interface AuditedSpan {
  readonly equipment?: string;
  readonly from: number;
  readonly to: number;
  readonly more?: readonly string[];
}
