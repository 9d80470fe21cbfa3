import type { Command } from "commander";
import { settingsTable } from "#config";
import { say } from "./say.ts";

/** `coldmark config`: the settings with their defaults, as README's table. */
export function addConfigCommand(program: Command): void {
  program
    .command("config")
    .description("print the settings, their defaults and what they are")
    .action(() => say(settingsTable()));
}
