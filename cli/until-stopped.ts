/** Resolves at the first SIGINT or SIGTERM, or after some seconds; a second signal ends the process at once. */
export async function untilStopped(seconds?: number): Promise<void> {
  await new Promise<void>((done) => {
    const timer = seconds === undefined ? undefined : setTimeout(done, seconds * 1000);
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        clearTimeout(timer);
        process.once(signal, () => process.exit(130));
        done();
      });
    }
  });
}
