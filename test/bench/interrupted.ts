/** Aborted by Ctrl-C or SIGTERM, so that a bench can end what it started; a second Ctrl-C waits for nothing. */
export const interrupted = (): AbortSignal => {
  const controller = new AbortController();
  let firstAt: number | undefined;
  const stop = (): void => {
    const now = performance.now();
    firstAt ??= now;
    // The terminal and npm send the same Ctrl-C twice.
    if (now - firstAt > 1_000) process.exit(130);
    controller.abort(new Error("Interrupted."));
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
  return controller.signal;
};
