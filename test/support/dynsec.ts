/** Debian's Mosquitto with the dynamic security plugin in the place of password file and ACL. */
import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { programOf } from "./child.ts";

/** The plugin's admin. */
export const dynsecAdmin = { username: "admin", password: "password-of-the-admin" };

/** The change that docs/brokers/mosquitto/README.md describes, made on the shipped file. */
export function onDynsec(text: string, folder: string): string {
  const plugin = programOf(
    ["x86_64", "aarch64"].map((cpu) => `/usr/lib/${cpu}-linux-gnu/mosquitto_dynamic_security.so`),
    "mosquitto",
  );
  const state = join(folder, "dynamic-security.json");
  execFileSync(
    programOf(["/usr/bin/mosquitto_ctrl"], "mosquitto"),
    ["dynsec", "init", state, dynsecAdmin.username, dynsecAdmin.password],
    { stdio: "pipe" },
  );
  chmodSync(state, 0o666);
  return text.replace(
    /^password_file .*\nacl_file .*$/m,
    `plugin ${plugin}\nplugin_opt_config_file ${state}`,
  );
}
