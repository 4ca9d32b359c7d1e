import { pushControl } from "../../../infra/local/push/control-client.ts";
import type { FanoutJob } from "../../../shared/fanout/job.ts";
import { hostName, subscribers, type Batch } from "../delivery/batch.ts";
import { collectGarbage } from "../garbage.ts";
import { ourHandler } from "../delivery/handler.ts";
import { mainThread, unwatched } from "../delivery/profile.ts";
import { ours } from "../delivery/sides.ts";
import { mainThreadSeconds } from "./processor-time.ts";

/** What a process that delivers is told, one after another; each is answered. */
export type Ask =
  | {
      readonly kind: "begin";
      readonly url: string;
      readonly ca: string;
      readonly controlUrl: string;
      readonly vapid: { readonly publicKey: string; readonly privateKey: string };
      readonly devices: number;
      readonly atOnce: number;
    }
  | { readonly kind: "accept"; readonly notifications: number }
  | { readonly kind: "deliver"; readonly isProfiled: boolean }
  | { readonly kind: "promised" };

/** How it delivered what it had accepted. */
export type Delivered = {
  /** Epoch milliseconds. */
  readonly from: number;
  readonly until: number;
  /** Of all its threads. */
  readonly cpuSeconds: number;
  readonly mainThreadSeconds: number;
  /** What part of the main thread's time encrypts, 0 to 1; 0 unless it was profiled. */
  readonly encrypting: number;
};

/** Serves its parent until that hangs up. */
export const deliverForParent = async (stop: AbortSignal): Promise<number> => {
  let accept: ((count: number) => Promise<Batch>) | undefined;
  let deliver: ((batch: Batch) => Promise<unknown>) | undefined;
  let batch: Batch = { jobs: [], pushes: [] };

  const answerTo = async (ask: Ask): Promise<unknown> => {
    if (ask.kind === "begin") {
      const { url, ca, controlUrl, vapid, devices, atOnce } = ask;
      const postponed: FanoutJob[] = [];
      const later = (job: FanoutJob): Promise<void> => Promise.resolve(void postponed.push(job));
      const handler = await ourHandler({ vendors: { at: { webpush: { url, ca } }, vapid }, atOnce, hostName, later });
      accept = await subscribers(handler, pushControl(controlUrl), devices);
      const run = ours(handler, postponed, { atOnce, devices });
      deliver = (one) => run(one, stop);
      return true;
    }
    if (ask.kind === "accept") {
      batch = (await accept?.(ask.notifications)) ?? batch;
      collectGarbage();
      return true;
    }
    if (ask.kind === "deliver") return timed(async () => deliver?.(batch), ask.isProfiled);
    return batch.pushes.map(({ deviceId, text }) => `${deviceId} ${text}`);
  };

  process.on("message", (ask: Ask) => {
    void answerTo(ask).then(
      (answer) => process.send?.({ answer }),
      (error: unknown) => process.send?.({ fault: error instanceof Error ? error.message : String(error) }),
    );
  });
  await new Promise<void>((resolve) => {
    process.once("disconnect", resolve);
    stop.addEventListener("abort", () => resolve());
  });
  return 0;
};

const timed = async (work: () => Promise<unknown>, isProfiled: boolean): Promise<Delivered> => {
  const profiler = isProfiled ? await mainThread() : undefined;
  const mainBefore = await mainThreadSeconds();
  const cpuBefore = process.cpuUsage();
  const from = performance.timeOrigin + performance.now();
  await (profiler ?? unwatched).during(work);
  const until = performance.timeOrigin + performance.now();
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    from,
    until,
    cpuSeconds: (user + system) / 1e6,
    mainThreadSeconds: (await mainThreadSeconds()) - mainBefore,
    encrypting: profiler?.parts().find(({ name }) => name === "encryption")?.share ?? 0,
  };
};
