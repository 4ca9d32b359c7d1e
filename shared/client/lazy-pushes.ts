import type { Pushes, PushesUse } from "./pushes.ts";

/** Rejects when the script is not to be had; it is tried again at the next call. */
type Load = () => Promise<Pushes>;

/** Does it only where something can be pushed; undefined where not, or when it fails. */
type IfPushed = <T>(work: (pushes: Pushes) => T | Promise<T>) => Promise<T | undefined>;

/** What has to do with pushes is a script of its own, which a page without a service worker never loads. */
export const lazyPushes = (use: () => PushesUse, hasWorker: () => Promise<boolean>): readonly [Load, IfPushed] => {
  let loading: Promise<Pushes> | undefined;
  const load: Load = () =>
    (loading ??= import("./push.ts")
      .then((script) => script.pushes(use()))
      .catch((cause: unknown) => {
        loading = undefined;
        throw cause;
      }));
  const ifPushed: IfPushed = async (work) => {
    try {
      return loading || (await hasWorker()) ? await work(await load()) : undefined;
    } catch {
      return undefined;
    }
  };
  return [load, ifPushed];
};
