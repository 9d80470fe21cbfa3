import { createHmac } from "node:crypto";
import type { Logger } from "pino";
import { AppError } from "#domain/errors.ts";
import type { Store, Tx } from "#store/connect.ts";
import { dropExpiredSessions, endSession, findMember, findSignedIn, type Member } from "#store/people.ts";
import { recordAudit } from "../audit.ts";
import type { Actor } from "../context.ts";
import { openAuth } from "./open-auth.ts";
import { scopesOf } from "./scopes-of.ts";
import { type SessionCookie, sessionCookie, signedToken } from "./session-cookie.ts";

/** People who sign in, and who is signed in; `value` is that of the session's cookie. */
export interface People {
  readonly cookie: SessionCookie;
  /** The cookies to set. @throws AppError UNAUTHENTICATED for an unknown person, a wrong password, a revoked membership alike */
  signIn(credentials: Credentials): Promise<readonly string[]>;
  /** The cookies to set so that a session in use doesn't end. */
  renew(cookieHeader: string): Promise<readonly string[]>;
  signOut(value: string): Promise<void>;
  /** Null for anybody whose session is unknown, over, or of a person who belongs nowhere any more. */
  whoIs(value: string): Promise<Actor | null>;
}

interface Credentials {
  readonly email: string;
  readonly password: string;
}

interface PeopleParts {
  readonly store: Store;
  readonly publicUrl: string;
  /** Signs the sessions' cookies; whoever has it and the records can sign in as anybody. */
  readonly secret: string;
  /** Epoch ms. */
  readonly clock: () => number;
  readonly log: Logger;
}

/** Sign-in by mail address and password, with sessions of seven days kept in the records. */
export function openPeople({ store, publicUrl, secret, clock, log }: PeopleParts): People {
  const cookie = sessionCookie(publicUrl);
  const note = (tx: Tx, member: Member, action: "person.sign-in" | "person.sign-out") =>
    recordAudit(
      tx,
      { actor: actorOf(member), clock },
      { action, subject: `person ${member.userId}`, old: null, new: null, reason: null },
    );
  const auth = openAuth({
    ...{ store, publicUrl, secret, cookie },
    onSignIn: async (tx, userId) => {
      const member = await findMember(tx, userId);
      if (member === null) throw refusal();
      await dropExpiredSessions(tx, userId, clock());
      await note(tx, member, "person.sign-in");
    },
  });
  return {
    cookie,
    signIn: async ({ email, password }) => {
      const cookies = await auth.signIn(email, password).catch(nullWhereRefused);
      if (cookies !== null) return cookies;
      log.warn({ person: pseudonym(email, secret) }, "sign-in refused");
      throw refusal();
    },
    renew: (cookieHeader) => auth.renew(cookieHeader),
    signOut: async (value) => {
      const token = signedToken(value, secret);
      if (token === null) return;
      await store.as({ role: "auth" }, async (tx) => {
        const userId = await endSession(tx, token);
        const member = userId === null ? null : await findMember(tx, userId);
        if (member !== null) await note(tx, member, "person.sign-out");
      });
    },
    whoIs: async (value) => {
      const token = signedToken(value, secret);
      if (token === null) return null;
      const member = await store.as({ role: "auth" }, (tx) => findSignedIn(tx, token, clock()));
      return member === null ? null : actorOf(member);
    },
  };
}

function actorOf(member: Member): Actor {
  return { kind: "person", id: member.userId, tenant: member.tenant, scopes: scopesOf(member) };
}

/** One answer for every reason, so that it tells nothing of who is known here. */
function refusal(): AppError {
  return new AppError("UNAUTHENTICATED", "the mail address or the password is wrong");
}

function nullWhereRefused(fault: unknown): null {
  if (fault instanceof AppError && fault.code === "UNAUTHENTICATED") return null;
  throw fault;
}

/** Tells tries at one address from tries at many, without the address. */
function pseudonym(email: string, secret: string): string {
  return createHmac("sha256", secret).update(`sign-in ${email.toLowerCase()}`).digest("hex").slice(0, 16);
}
