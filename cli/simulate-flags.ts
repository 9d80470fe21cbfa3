/** The numbers behind `coldmark simulate`'s flags. */
import { AppError } from "#domain/errors.ts";

/** The flags as commander gives them. */
export interface SimulateFlags {
  readonly mqtt?: string;
  readonly ledger: string;
  readonly register?: boolean;
  readonly network?: string;
  readonly credentials?: string;
  readonly receiptKeys?: string;
  readonly sites: string;
  readonly sensors: string;
  readonly signed?: boolean;
  readonly rate: string;
  readonly seconds: string;
  readonly readings: string;
  readonly backfill: string;
  readonly disconnects: string;
  readonly clockError: string;
  readonly clockErrors: string;
  readonly poison: string;
  readonly outbox: string;
  readonly resend: string;
  readonly drain: string;
  readonly trust: "receipt" | "puback";
  readonly check?: string;
  readonly influx?: string;
  readonly influxDatabase: string;
  readonly json?: boolean;
}

type Range = readonly [least: number, most: number];
const share: Range = [0, 1];
/** A device time is a whole ms, so a sensor has at most a thousand a second; less, so that its times don't run ahead. */
const readingsPerSensorSecond = 900;

/**
 * The numbers, each within its bounds.
 * @throws AppError BAD_SETTING with every fault in `facts.faults`
 */
export function readNumbers(flags: SimulateFlags) {
  const faults: { setting: string; message: string }[] = [];
  const number = (setting: string, text: string, [least, most]: Range): number => {
    const value = Number(text);
    const isGood = text.trim() !== "" && value >= least && value <= most;
    if (!isGood) faults.push({ setting, message: `must be a number from ${least} to ${most}, not ${text}` });
    return value;
  };
  const whole = (setting: string, text: string, range: Range): number => {
    const value = number(setting, text, range);
    if (Number.isFinite(value) && !Number.isInteger(value))
      faults.push({ setting, message: "must be a whole number" });
    return value;
  };
  const numbers = {
    sites: whole("--sites", flags.sites, [1, 9_000]),
    sensors: whole("--sensors", flags.sensors, [1, 64]),
    rate: number("--rate", flags.rate, [0.001, 100_000]),
    seconds: number("--seconds", flags.seconds, [0, 7 * 86_400]),
    readingsPerMessage: whole("--readings", flags.readings, [1, 5_000]),
    backfill: number("--backfill", flags.backfill, share),
    disconnects: number("--disconnects", flags.disconnects, share),
    clockErrorMs: whole("--clock-error", flags.clockError, [-2e11, 2e11]),
    clockErrors: number("--clock-errors", flags.clockErrors, share),
    poison: whole("--poison", flags.poison, [0, 1_000_000_000]),
    outboxMax: whole("--outbox", flags.outbox, [1, 5_000_000]),
    resendMs: 1_000 * number("--resend", flags.resend, [0.5, 3_600]),
    drainMs: 1_000 * number("--drain", flags.drain, [0, 86_400]),
  };
  if (!["receipt", "puback"].includes(flags.trust))
    faults.push({ setting: "--trust", message: "must be receipt or puback" });
  if (numbers.rate * numbers.readingsPerMessage > numbers.sites * numbers.sensors * readingsPerSensorSecond)
    faults.push({
      setting: "--rate",
      message: `means more than ${readingsPerSensorSecond} readings a second of each sensor: more --sites or --sensors`,
    });
  if (faults.length > 0) throw new AppError("BAD_SETTING", "flags are wrong", { faults });
  return numbers;
}
