import { AppError } from "#domain/errors.ts";

/** Where InfluxDB is: `version` 1 speaks `/write` with Basic auth, 2 and 3 speak `/api/v2/write` with a token. */
export interface InfluxSettings {
  readonly url: string;
  readonly version: 1 | 2 | 3;
  readonly database: string;
  readonly org?: string | undefined;
  readonly token?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** 3.x takes no dot and begins with a letter or digit; a bad name would be refused with every write, as if readings were. */
const namePatterns = {
  1: { pattern: /^[A-Za-z0-9_.-]{1,64}$/, words: "letters, digits, _ . -" },
  2: { pattern: /^[A-Za-z0-9_.-]{1,64}$/, words: "letters, digits, _ . -" },
  3: { pattern: /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, words: "letters, digits, _ -, a letter or digit first" },
};

/** @throws AppError BAD_SETTING when the database's or bucket's name is none that this version takes */
export function checkInfluxSettings({ version, database }: InfluxSettings): void {
  const { pattern, words } = namePatterns[version];
  if (!pattern.test(database)) {
    throw new AppError("BAD_SETTING", `INFLUX_DATABASE must be ${words}`, { name: database });
  }
}

/** The header that names us: `Token` on 2.x; `Bearer` on 3.x, where alone it works on every path (influxdb3 docs, api/authentication). */
export function authorization(settings: InfluxSettings): Record<string, string> {
  const { version, token, username, password } = settings;
  if (version !== 1) return token ? { authorization: `${version === 2 ? "Token" : "Bearer"} ${token}` } : {};
  if (!username) return {};
  const name = Buffer.from(`${username}:${password ?? ""}`).toString("base64");
  return { authorization: `Basic ${name}` };
}
