/** The small network with a second, warm room beside the cold one, and names that can be searched for in a bundle. */
import { randomBytes } from "node:crypto";
import { startGateway } from "#demo/gateway.ts";
import { registerMessage } from "#demo/network.ts";
import { listSource } from "#demo/reading-source.ts";
import { toBase64 } from "#domain/log/bytes.ts";
import { signEd25519 } from "#domain/log/signature.ts";
import { type SmallNetwork, smallNetwork } from "./small-network.ts";
import type { Doors } from "./small-scenario.ts";

/** The network; `secrets` are ids that no pack's bundle may show. */
export interface TwoRooms extends SmallNetwork {
  readonly warmRoom: string;
  readonly warmLabel: string;
  readonly secrets: readonly string[];
}

interface Organisation {
  id: string;
  sites: { equipment: Record<string, unknown>[] }[];
  lots: object[];
}

const organisationId = "org-7f3a91";

/** Two rooms of one maker since `since` (epoch ms): channels t1, t2 in the cold one, t3, t4 in the warm one; lots L1, L2. */
export function twoRooms(since: number): TwoRooms {
  const small = smallNetwork(since);
  const { signatures: _, ...file } = structuredClone(small.file) as Record<string, unknown>;
  const maker = (file.organisations as Organisation[]).find(({ id }) => id === "maker");
  const site = maker?.sites[0];
  const cold = site?.equipment[0];
  if (maker === undefined || site === undefined || cold === undefined) throw new Error("no cold room");
  const warmLabel = randomBytes(16).toString("hex");
  const sensors = (cold.sensors as { channel: string }[]).map((sensor, at) => {
    return { ...sensor, id: `t${at + 3}`, channel: `t${at + 3}` };
  });
  site.equipment.push({ ...cold, id: "warm-room", extension: "WR1", label: warmLabel, sensors });
  maker.id = organisationId;
  maker.lots.push({ gtin: small.gtin, lot: "L2", expiry: "2030-01-31" });
  const sig = toBase64(signEd25519(small.scanner.privateKey, registerMessage(file as never)));
  const { gateway, scanner } = small;
  return {
    ...small,
    file: { ...file, signatures: [{ kid: scanner.kid, sig }] },
    warmRoom: small.room.replace(/CR1$/, "WR1"),
    warmLabel,
    secrets: [
      organisationId,
      gateway.id,
      gateway.key.kid,
      scanner.kid,
      small.apiKey,
      "cold-room",
      "warm-room",
    ],
  };
}

/** °C of a room at a time (epoch ms), or null where its sensors say nothing. */
export type RoomWeather = (room: "cold" | "warm", ts: number) => number | null;

const rooms = { t1: "cold", t2: "cold", t3: "warm", t4: "warm" } as const;
const usual: RoomWeather = (room) => (room === "cold" ? 5 : 12);

/** What both points of each room say, 5 °C in the cold and 12 °C in the warm one unless told otherwise, until all of it is receipted. */
export async function publishRooms(
  network: TwoRooms,
  doors: Doors,
  { from, to, stepMs = 20_000 }: { from: number; to: number; stepMs?: number },
  weather = usual,
): Promise<void> {
  const readings: { s: string; ts: number; t: number }[] = [];
  for (let ts = from; ts < to; ts += stepMs) {
    for (const [s, room] of Object.entries(rooms)) {
      const t = weather(room, ts);
      if (t !== null) readings.push({ s, ts, t });
    }
  }
  const { id, key, password } = network.gateway;
  const gateway = startGateway({
    ...{ id, key, password, mqttUrl: doors.mqttUrl, receiptKeys: [doors.receiptKey] },
    ...{ source: listSource(readings), clock: Date.now, boot: Math.floor(Date.now() / 1000) },
    ...{ readingsPerMessage: 60, lanes: "live", say: () => undefined },
  });
  await gateway.drained(to);
  await gateway.stop();
}
