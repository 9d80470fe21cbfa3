import { AppError } from "#domain/errors.ts";
import { isGatewayId } from "./gateway-id.ts";

/** User name at the broker → password, as `coldmark register` printed them. */
export type Credentials = ReadonlyMap<string, string>;

const printed = /^\S+ mqttPassword (\S+): (.+)$/;
const plain = /^([^\s:#]+): ?(.+)$/;
const otherKinds = /^(?:\S+ (?:apiKey|person) \S+: |these credentials |(?:would )?register)/;

/**
 * The MQTT passwords in what `coldmark register` printed, or in lines `user: password`; its other lines are passed over.
 * @throws AppError BAD_REQUEST with the number of every line that is neither, never its text
 */
export function readCredentials(text: string): Credentials {
  const found = new Map<string, string>();
  const faults: { path: string; message: string }[] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [, user, password] = printed.exec(line) ?? (otherKinds.test(line) ? [] : (plain.exec(line) ?? []));
    if (user !== undefined && password !== undefined && isGatewayId(user)) found.set(user, password);
    else if (!otherKinds.test(line))
      faults.push({ path: `line ${at + 1}`, message: 'is neither a line of register nor "user: password"' });
  }
  if (faults.length > 0) throw new AppError("BAD_REQUEST", "the credentials can't be read", { faults });
  return found;
}
