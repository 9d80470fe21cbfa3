import type { Command } from "commander";
import { AppError } from "#domain/errors.ts";
import { configFromEnvironment, openLog } from "./parts.ts";
import { say } from "./say.ts";
import { type Room, startService } from "./start-service.ts";
import { untilStopped } from "./until-stopped.ts";

/** The roles of design §9 and the room that does each. */
const rooms: Readonly<Record<string, Room>> = {
  broker: "ingest",
  collect: "ingest",
  project: "ingest",
  anchor: "anchor",
  jobs: "jobs",
  api: "api",
};

/** `coldmark up`: one process with everything, or some roles of it on an outside PostgreSQL. */
export function addUpCommand(program: Command): void {
  program
    .command("up")
    .description("run the service: one process, or some roles of it")
    .option("--role <roles>", "broker,collect,project,anchor,jobs,api (needs DATABASE_URL)")
    .action(async ({ role }: { role?: string }) => {
      const config = configFromEnvironment();
      if (role !== undefined && config.databaseUrl === undefined) {
        throw new AppError(
          "NOT_SUPPORTED",
          "--role needs DATABASE_URL: the embedded database belongs to one process",
        );
      }
      const service = await startService(config, openLog(config), { rooms: roomsOf(role) });
      if (service.server !== null) say(`coldmark listens on ${service.server.url}`);
      if (service.metrics !== null) say(`figures at ${service.metrics.url}/metrics`);
      await untilStopped();
      await service.stop();
    });
}

/** Roles that share a room run together: one collector holds one session, one worker holds the log. */
function roomsOf(role: string | undefined): Set<Room> {
  if (role === undefined) return new Set(Object.values(rooms));
  const names = role.split(",").map((name) => name.trim());
  const unknown = names.filter((name) => !Object.hasOwn(rooms, name));
  if (unknown.length > 0) throw new AppError("BAD_SETTING", `there is no role ${unknown.join(", ")}`);
  const asked = new Set(names.flatMap((name) => rooms[name] ?? []));
  const left = Object.keys(rooms).filter((name) => asked.has(rooms[name] as Room) && !names.includes(name));
  if (left.length > 0) {
    throw new AppError(
      "NOT_SUPPORTED",
      `these roles run in one process with the ones you named: ${left.join(", ")}`,
    );
  }
  return asked;
}
