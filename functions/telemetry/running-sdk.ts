import type { OpenBreakers } from "../../shared/telemetry/breakers.ts";
import { noneOpen } from "../../shared/telemetry/breakers.ts";
import type { Point } from "../../shared/telemetry/metrics.ts";
import type { Report } from "../../shared/report.ts";

/** What records and exports, or nothing that does. None of it throws or waits, but for `stop`. */
export type RunningSdk = {
  /** Whether there are spans that are worth anything. */
  readonly isTracing: () => boolean;
  readonly record: (points: readonly Point[]) => void;
  /** What is held for whom, from now on. */
  readonly holds: (open: OpenBreakers) => void;
  /** Sends what is still here, within three seconds, and ends. */
  readonly stop: () => Promise<void>;
};

/** Where nobody is told: nothing is loaded, and nothing is kept. */
export const noSdk: RunningSdk = {
  isTracing: () => false,
  record: () => undefined,
  holds: () => undefined,
  stop: () => Promise.resolve(),
};

/** So many points wait for the SDK while it is being loaded; a request makes about three. */
const waitingMost = 5_000;

/**
 * An SDK that comes a moment later, for its code is large: metrics wait for it, the spans of that moment are lost. One that cannot be
 * loaded or started is reported, in one sentence, and the app does without.
 */
export const comingSdk = (load: () => Promise<RunningSdk>, report: Report): RunningSdk => {
  let running: RunningSdk | undefined;
  let waiting: Point[] = [];
  let open = noneOpen;
  const loaded = load().then(
    (sdk) => {
      running = sdk;
      sdk.record(waiting);
      sdk.holds(open);
      waiting = [];
    },
    (error: unknown) => {
      running = noSdk;
      waiting = [];
      const why = error instanceof Error ? (codeOf(error) ?? error.name) : "unknown fault"; // its message may quote a setting
      report(`Telemetry cannot be exported, for it cannot be started (${why}). All else goes on.`);
    },
  );
  return {
    isTracing: () => running?.isTracing() ?? false,
    record: (points) => {
      if (running) running.record(points);
      else if (waiting.length < waitingMost) waiting.push(...points);
    },
    holds: (now) => {
      open = now;
      running?.holds(now);
    },
    stop: async () => {
      await loaded;
      await running?.stop();
    },
  };
};

const codeOf = (error: Error): string | undefined =>
  "code" in error && typeof error.code === "string" ? error.code : undefined;
