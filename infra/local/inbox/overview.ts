import { createHash } from "node:crypto";
import type { ToldOverview } from "./told.ts";
import { firstSignal } from "../../../shared/first-signal.ts";

type Sections = { readonly [name in keyof Omit<ToldOverview, "version">]: () => Promise<ToldOverview[name]> };

/** Everything that is told of the local stack, and every change of it. */
export type Overview = {
  /**
   * What is known now. With the version of an earlier answer it waits until something differs from that, for `waitMs` at most, and for no
   * longer than `gone` lets it.
   */
  readonly tell: (since: string | undefined, gone: AbortSignal) => Promise<ToldOverview>;
};

type Options = { readonly waitMs?: number; readonly everyMs?: number };

/** However many wait, the sections look as often as they do for one; when nobody does, not at all. */
export const overviewOf = (sections: Sections, { waitMs = 20_000, everyMs = 1_000 }: Options = {}): Overview => {
  const now = async (): Promise<ToldOverview> => {
    const [devices, queue, outcomes, deadLetters] = await Promise.all([
      sections.devices(),
      sections.queue(),
      sections.outcomes(),
      sections.deadLetters(),
    ]);
    const told = { devices, queue, outcomes, deadLetters };
    const version = createHash("sha256").update(JSON.stringify(told)).digest("base64url");
    return { version, ...told };
  };

  return {
    tell: async (since, gone) => {
      const end = firstSignal([gone, AbortSignal.timeout(waitMs)]);
      for (;;) {
        const overview = await now();
        if (overview.version !== since || end.aborted) return overview;
        await paused(everyMs, end);
      }
    },
  };
};

/** Resolves after so many milliseconds, or at once when told to. */
const paused = (milliseconds: number, stop: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      stop.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    stop.addEventListener("abort", done);
  });
