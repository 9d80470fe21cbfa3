import { AppError } from "#domain/errors.ts";
import type { HostSession } from "./host-session.ts";

/** The Sparkplug host of all processes on the same records: one of them at a time is it. */
export interface HeldHost extends Pick<HostSession, "publish" | "stop"> {
  /** Whether this process is the host from now on; resolves when its session has ended where it is not. */
  hold(isOurs: boolean): Promise<void>;
}

/**
 * Keeps the host's session open only while this process is to be the host. All processes have one host id, so two sessions would throw
 * each other out without end, and nodes that follow the host by its STATE would stop and begin again each time.
 */
export function holdHost(open: () => HostSession): HeldHost {
  let session: HostSession | null = null;
  const leave = async (): Promise<void> => {
    const left = session;
    session = null;
    await left?.stop();
  };
  return {
    hold: async (isOurs) => {
      if (isOurs) session ??= open();
      else await leave();
    },
    publish: (topic, payload) =>
      session?.publish(topic, payload) ??
      Promise.reject(new AppError("UNAVAILABLE", "another process is the Sparkplug host")),
    stop: leave,
  };
}
