import type { ToldOverview } from "../told.ts";
import { askOverview } from "./told.http.ts";

type Use = { readonly show: (overview: ToldOverview) => void; readonly failed: () => void };

const againMs = 2_000;

/** Shows the state of the stack, and every one after it, while the page can be seen. */
export const watchOverview = ({ show, failed }: Use): void => {
  let asking: AbortController | undefined;
  let version: string | undefined;
  const follow = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      try {
        const overview = await askOverview(version, signal);
        if (overview.version !== version) show(overview);
        version = overview.version;
      } catch {
        if (isAborted(signal)) return;
        version = undefined;
        failed();
        await new Promise((resolve) => setTimeout(resolve, againMs));
      }
    }
  };
  const look = (): void => {
    if (document.visibilityState === "hidden") {
      asking?.abort();
      asking = undefined;
    } else if (!asking) {
      asking = new AbortController();
      void follow(asking.signal);
    }
  };
  document.addEventListener("visibilitychange", look);
  look();
};

/** Asked anew: it may have ended while something was waited for. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;
