import { afterEach } from "vitest";
import type { PushControl } from "../../../infra/local/push/control-client.ts";

/** After each case of the file that calls it the push service has no fault and nothing received, and what was `running` is stopped. */
export const leavesNothing = (control: () => PushControl, running: (() => Promise<unknown>)[]): void => {
  afterEach(async () => {
    await control().clearFaults();
    await control().clearReceived();
    await Promise.all(running.splice(0).map((stop) => stop()));
  });
};
