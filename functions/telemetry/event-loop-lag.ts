import { monitorEventLoopDelay } from "node:perf_hooks";

/** One look every so often: 1,200 a minute, so that one in a hundred means something. */
const everyMs = 50;

/** Measures how late timers come, all the time; keeps no process alive. */
export const eventLoopLag = (): { readonly take: () => number; readonly stop: () => void } => {
  const histogram = monitorEventLoopDelay({ resolution: everyMs });
  histogram.enable();
  let last = 0;
  return {
    /** Milliseconds that 99 of 100 were late at most, since it was taken last. Of two who take at once, both are told the same. */
    take: () => {
      if (histogram.count > 0) last = Math.max(0, histogram.percentile(99) / 1e6 - everyMs); // Node counts the waited time in
      histogram.reset();
      return last;
    },
    stop: () => void histogram.disable(),
  };
};
