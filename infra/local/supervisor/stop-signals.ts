/** How close two signals are one: npm passes on the Ctrl-C that the terminal has sent to everybody already. */
const sameSignalMs = 500;

const parentEveryMs = 500;

/**
 * What the user wants: `stopAsked` resolves at the first signal, `hurry` aborts at another one. It is also the end when
 * nobody reads our output any more, and when npm, which started us, is gone: a killed npm passes nothing on.
 */
export const stopSignals = (): { readonly stopAsked: Promise<void>; readonly hurry: AbortSignal } => {
  const hurry = new AbortController();
  const stopAsked = new Promise<void>((resolve) => {
    let firstAt: number | undefined;
    const onSignal = (): void => {
      const now = performance.now();
      firstAt ??= now;
      if (now - firstAt > sameSignalMs) {
        hurry.abort();
        setTimeout(() => process.exit(130), 100);
      }
      resolve();
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
    const parent = process.ppid;
    const watch = (): unknown => process.ppid !== parent && resolve();
    if (process.env.npm_lifecycle_event) setInterval(watch, parentEveryMs).unref();
    for (const stream of [process.stdout, process.stderr]) stream.on("error", () => resolve());
  });
  return { stopAsked, hurry: hurry.signal };
};
