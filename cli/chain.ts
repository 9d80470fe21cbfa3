import type { Command } from "commander";
import { computeAddress } from "ethers";
import { openChain } from "#anchor/chain.ts";
import { deployLog } from "#anchor/deploy.ts";
import { AppError } from "#domain/errors.ts";
import { chainSettings, configFromEnvironment } from "./parts.ts";
import { say } from "./say.ts";

/** `coldmark chain deploy`: puts the log's contract on the chain of CHAIN_RPC_URL, ANCHOR_KEY its publisher. */
export function addChainCommand(program: Command): void {
  const chain = program.command("chain").description("the contract of the log");
  chain
    .command("deploy")
    .description("deploy ColdmarkLog with ANCHOR_KEY and register the log; prints CONTRACT_ADDRESS")
    .option(
      "--admin <address>",
      "who may rotate, freeze and retire; best a cold key (default: ANCHOR_KEY's address)",
    )
    .action(async ({ admin }: { admin?: string }) => {
      const config = configFromEnvironment();
      const key = config.anchorKey?.reveal();
      if (config.chainRpcUrl === undefined || key === undefined) {
        throw new AppError(
          "BAD_SETTING",
          "CHAIN_RPC_URL and ANCHOR_KEY must be set; the embedded chain needs no deploy",
        );
      }
      const connection = await openChain(chainSettings(config));
      const publisher = computeAddress(key);
      try {
        const found = await deployLog(connection, key, {
          origin: config.logOrigin,
          publisher,
          admin: admin ?? publisher,
        });
        say(`CONTRACT_ADDRESS=${found.contract}`);
        say(`code hash ${found.codeHash}, block ${found.block}`);
      } finally {
        await connection.stop();
      }
    });
}
