const signals = ["SIGTERM", "SIGINT"] as const;

/**
 * Calls once when this process is asked to stop: before the host, which lets running requests finish first, tells the app so. What the
 * signal does otherwise it does all the same. Returns what calls it off.
 */
export const onStopSignal = (call: () => void): (() => void) => {
  const callOff = (): void => {
    for (const signal of signals) process.off(signal, heard);
  };
  const heard = (signal: NodeJS.Signals): void => {
    callOff();
    call();
    // Where nobody else listens, the signal ends the process: with our listening it would not have.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  for (const signal of signals) process.on(signal, heard);
  return callOff;
};
