import { AppError } from "#domain/errors.ts";
import { findMember, type Member } from "#store/people.ts";
import type { Context } from "../context.ts";

/** Who the actor is, to show to themselves. @throws AppError UNAUTHENTICATED for anybody but a person */
export async function describePerson({ store, actor }: Pick<Context, "store" | "actor">): Promise<Member> {
  const member =
    actor.kind === "person" ? await store.as({ role: "auth" }, (tx) => findMember(tx, actor.id)) : null;
  if (member === null) throw new AppError("UNAUTHENTICATED", "nobody is signed in");
  return member;
}
