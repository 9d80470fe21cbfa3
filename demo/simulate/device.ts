/** The gateways of a simulation: out of a register file and what its registration printed, or out of a folder of our own. */
import { AppError } from "#domain/errors.ts";
import { fromBase64, toBase64 } from "#domain/log/bytes.ts";
import type { DeviceKey } from "../seed.ts";
import { publicKeyOf } from "../sign.ts";

/** A channel of a gateway with the measuring point it reads; the point is empty where the register file leaves it out. */
export interface SimulatedChannel {
  readonly name: string;
  readonly point: string;
}

/** A gateway as it leaves the workshop. */
export interface SimulatedDevice {
  readonly id: string;
  readonly password: string;
  readonly key: DeviceKey | null;
  readonly channels: readonly SimulatedChannel[];
}

/** What of a gateway is secret; the private key is base64. */
export interface DeviceSecrets {
  readonly password: string;
  readonly kid?: string;
  readonly privateKey?: string;
}

interface FileSensor {
  readonly gateway: string;
  readonly channel: string;
  readonly point?: string;
}
interface FileGateway {
  readonly id: string;
  readonly kind: string;
  readonly signatureRequired?: boolean;
  readonly mqttPassword?: string;
}
/** The part of a register file that a simulation reads (docs/register.md). */
export interface FileOfGateways {
  readonly organisations: readonly {
    readonly sites?: readonly {
      readonly gateways?: readonly FileGateway[];
      readonly equipment?: readonly { readonly sensors?: readonly FileSensor[] }[];
    }[];
  }[];
}

/**
 * The native gateways of a register file that have a sensor, in its order.
 * @throws AppError BAD_SETTING for a gateway without its password, or without the key it must sign with
 */
export function devicesOf(
  file: FileOfGateways,
  secrets: ReadonlyMap<string, DeviceSecrets>,
): SimulatedDevice[] {
  const sites = file.organisations.flatMap((organisation) => organisation.sites ?? []);
  const sensors = sites.flatMap((site) => (site.equipment ?? []).flatMap((item) => item.sensors ?? []));
  const channelsOf = Map.groupBy(sensors, (sensor) => sensor.gateway);
  return sites
    .flatMap((site) => site.gateways ?? [])
    .filter(({ id, kind }) => kind === "native" && channelsOf.has(id))
    .map((gateway) => deviceOf(gateway, channelsOf.get(gateway.id) ?? [], secrets.get(gateway.id)));
}

function deviceOf(
  { id, mqttPassword, signatureRequired }: FileGateway,
  sensors: readonly FileSensor[],
  secrets: DeviceSecrets | undefined,
): SimulatedDevice {
  const password = secrets?.password ?? mqttPassword;
  if (password === undefined)
    throw new AppError(
      "BAD_SETTING",
      `gateway ${id}: no password; name what register printed by --credentials`,
    );
  const key = keyOf(secrets);
  if (key === null && signatureRequired === true)
    throw new AppError("BAD_SETTING", `gateway ${id} must sign; --credentials needs its kid and privateKey`);
  return {
    id,
    password,
    key,
    channels: sensors.map(({ channel, point = "" }) => ({ name: channel, point })),
  };
}

function keyOf(secrets: DeviceSecrets | undefined): DeviceKey | null {
  if (secrets?.kid === undefined || secrets.privateKey === undefined) return null;
  const privateKey = fromBase64(secrets.privateKey);
  return { kid: secrets.kid, privateKey, publicKey: publicKeyOf(privateKey) };
}

const printedLine = /^\S+ gateway (\S+): (\S+)$/gm;

/**
 * Secrets of gateways by id: JSON `{id: {password, kid?, privateKey?}}`, or the lines that `register` printed.
 * @throws AppError BAD_SETTING when it is neither
 */
export function readSecrets(text: string): Map<string, DeviceSecrets> {
  if (!text.trimStart().startsWith("{")) {
    const printed = [...text.matchAll(printedLine)].map(
      ([, id = "", password = ""]) => [id, { password }] as const,
    );
    if (printed.length > 0) return new Map(printed);
    throw new AppError(
      "BAD_SETTING",
      "--credentials holds neither JSON nor lines of `register` about gateways",
    );
  }
  try {
    return new Map(Object.entries(JSON.parse(text) as Record<string, DeviceSecrets>));
  } catch (cause) {
    throw new AppError("BAD_SETTING", "--credentials is not well-formed JSON", {}, cause);
  }
}

/** The same as JSON text, one gateway a line. */
export function writeSecrets(devices: readonly SimulatedDevice[]): string {
  const lines = devices.map(({ id, password, key }) => {
    const signing = key === null ? {} : { kid: key.kid, privateKey: toBase64(key.privateKey) };
    return `${JSON.stringify(id)}:${JSON.stringify({ password, ...signing })}`;
  });
  return `{${lines.join(",\n")}}\n`;
}
