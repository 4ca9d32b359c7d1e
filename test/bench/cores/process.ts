import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Ask, Delivered } from "./child.ts";
import { holdTo } from "./processor-time.ts";

/** A process that delivers, as its parent sees it. Each question rejects when the process could not do it, or is no more. */
export type Deliverer = {
  readonly begin: (setup: Omit<Extract<Ask, { kind: "begin" }>, "kind">) => Promise<void>;
  /** From now on all its threads run on these processors alone, a list like "0-1". */
  readonly holdTo: (processors: string) => Promise<void>;
  readonly accept: (notifications: number) => Promise<void>;
  readonly deliver: (how?: { readonly isProfiled: boolean }) => Promise<Delivered>;
  /** What it accepted last: device and text of each push. */
  readonly promised: () => Promise<readonly string[]>;
  readonly end: () => Promise<void>;
};
type Answer = { readonly answer?: unknown; readonly fault?: string };

/** Starts one, which comes to `deliverForParent`. */
export const startDeliverer = (): Deliverer => {
  const program = fileURLToPath(new URL("main.mjs", import.meta.url));
  const child = fork(program, ["cores-child"], { execArgv: ["--enable-source-maps"], stdio: "inherit" });
  const gone = once(child, "exit");
  const ask = async (question: Ask): Promise<unknown> => {
    const answered = once(child, "message") as Promise<[Answer]>;
    child.send(question);
    const [{ answer, fault }] = await Promise.race([answered, gone.then((): [Answer] => [{ fault: "it died" }])]);
    if (fault !== undefined) throw new Error(`A process that delivers failed: ${fault}.`);
    return answer;
  };
  const done = async (question: Ask): Promise<void> => {
    await ask(question);
  };
  return {
    begin: (setup) => done({ kind: "begin", ...setup }),
    holdTo: async (processors) => {
      if (child.pid !== undefined) await holdTo(processors, child.pid);
    },
    accept: (notifications) => done({ kind: "accept", notifications }),
    deliver: async ({ isProfiled } = { isProfiled: false }) =>
      (await ask({ kind: "deliver", isProfiled })) as Delivered,
    promised: async () => (await ask({ kind: "promised" })) as readonly string[],
    end: async () => {
      if (child.connected) child.disconnect();
      await gone;
    },
  };
};
