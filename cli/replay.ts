import type { Command } from "commander";
import { loadKeys } from "#anchor/keys.ts";
import { replayFile } from "#demo/replay-file.ts";
import { AppError } from "#domain/errors.ts";
import { configFromEnvironment } from "./parts.ts";
import { readNamedFile } from "./read-named-file.ts";
import { say } from "./say.ts";

interface ReplayFlags {
  readonly mqtt: string;
  readonly gateway: string;
  readonly sensor: string;
  readonly speed?: string;
}

/** `coldmark replay`: a real logger's file through a gateway of kind `replay`, its original times kept. */
export function addReplayCommand(program: Command): void {
  program
    .command("replay <csv>")
    .description("send a logger's CSV (utc,temperature_c) through a gateway of kind replay")
    .requiredOption("--mqtt <url>", "the broker")
    .requiredOption("--gateway <id>", "the gateway of kind replay")
    .requiredOption("--sensor <channel>", "its channel")
    .option("--speed <factor>", "times real time; without it everything at once")
    .action(async (file: string, flags: ReplayFlags) => {
      const password = process.env.COLDMARK_GATEWAY_PASSWORD;
      if (password === undefined)
        throw new AppError("BAD_SETTING", "COLDMARK_GATEWAY_PASSWORD holds the gateway's MQTT password");
      const { receiptKey } = loadKeys(configFromEnvironment());
      const stop = new AbortController();
      process.once("SIGINT", () => stop.abort(new Error("stopped")));
      const { readings, messages, lastSeq } = await replayFile({
        csv: (await readNamedFile(file)).toString("utf8"),
        mqttUrl: flags.mqtt,
        gateway: flags.gateway,
        password,
        channel: flags.sensor,
        receiptKeys: [receiptKey],
        ...(flags.speed === undefined ? {} : { speed: Number(flags.speed) }),
        signal: stop.signal,
        say,
      });
      say(`${readings} readings in ${messages} messages are durable; last seq ${lastSeq}`);
    });
}
