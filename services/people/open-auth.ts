import { APIError } from "better-auth/api";
import { betterAuth } from "better-auth/minimal";
import type { BetterAuthOptions } from "better-auth/types";
import { authAdapter } from "#store/auth-adapter.ts";
import type { Store, Tx } from "#store/connect.ts";
import { passwordLengths } from "./password-lengths.ts";
import type { SessionCookie } from "./session-cookie.ts";

const dayS = 86_400;
const sessionS = 7 * dayS;

/** What we take of better-auth: it checks passwords, begins sessions and renews them; each gives the cookies to set. */
interface Auth {
  /** Null when the mail address or the password is wrong. */
  signIn(email: string, password: string): Promise<string[] | null>;
  /** Nothing to set, unless the session is more than a day old. */
  renew(cookieHeader: string): Promise<string[]>;
}

interface AuthParts {
  readonly store: Store;
  readonly publicUrl: string;
  readonly secret: string;
  readonly cookie: SessionCookie;
  readonly onSignIn: (tx: Tx, userId: string) => Promise<void>;
}

/** better-auth on our tables, without its HTTP routes, its telemetry and its log. */
export function openAuth(parts: AuthParts): Auth {
  const auth = betterAuth(optionsOf(parts));
  return {
    signIn: async (email, password) => {
      try {
        // No headers: whose browser it was, and at which address, is nothing we keep.
        const { headers } = await auth.api.signInEmail({ body: { email, password }, returnHeaders: true });
        return headers.getSetCookie();
      } catch (refusal) {
        if (refusal instanceof APIError && refusal.status === "UNAUTHORIZED") return null;
        throw refusal;
      }
    },
    renew: async (cookie) => {
      const { headers } = await auth.api.getSession({
        headers: new Headers({ cookie }),
        returnHeaders: true,
      });
      return headers.getSetCookie();
    },
  };
}

function optionsOf({ store, publicUrl, secret, cookie, onSignIn }: AuthParts) {
  const { name, secure } = cookie;
  return {
    database: authAdapter(store, onSignIn),
    baseURL: publicUrl,
    basePath: "/auth",
    // As a list it wins over every variable of the environment that better-auth would read.
    secrets: [{ version: 1, value: secret }],
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: passwordLengths.min,
      maxPasswordLength: passwordLengths.max,
    },
    session: { expiresIn: sessionS, updateAge: dayS },
    telemetry: { enabled: false },
    logger: { disabled: true },
    rateLimit: { enabled: false },
    advanced: {
      useSecureCookies: false,
      cookies: {
        session_token: { name, attributes: { secure, httpOnly: true, sameSite: "lax" as const, path: "/" } },
      },
      ipAddress: { disableIpTracking: true },
      disableOriginCheck: false,
    },
  } satisfies BetterAuthOptions;
}
