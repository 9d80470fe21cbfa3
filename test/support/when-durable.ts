import type { Intake } from "#ingest/accept.ts";
import type { InboundMessage } from "#ingest/message.ts";

/** Resolves when the intake says that a message is durable. @throws AppError what it says otherwise */
export function whenDurable({ accept }: Pick<Intake, "accept">, message: InboundMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    accept(message, (fault) => (fault === null ? resolve() : reject(fault)));
  });
}
