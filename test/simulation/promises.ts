import type { History, Stood } from "./history.ts";
import { isSame, type Device } from "./device.ts";
import type { World } from "./world.ts";

/** What the service said it would do, by answering 200, 201 or 204. */
export type Promised = {
  /** `content`: devices are to hear of it; `state`: they are to know of the change. */
  readonly kind: "content" | "state";
  readonly id: string;
  /** The notification as it was stored. */
  readonly stood: Stood;
  readonly answeredAt: number;
};

/** Keeps account of the service's word. */
export const promisesFrom = (world: World, history: History) => {
  const given: Promised[] = [];
  const makers = new Map<string, Set<Device>>();
  return {
    given,
    /** A device made this change, whether it was answered or not: it is not to be told of it. */
    noteMaker: ({ id, version }: { readonly id: string; readonly version: number }, maker: Device): void => {
      const key = `${id} v${version}`;
      makers.set(key, (makers.get(key) ?? new Set()).add(maker));
    },
    isMaker: (id: string, version: number, device: Device): boolean =>
      [...(makers.get(`${id} v${version}`) ?? [])].some((maker) => isSame(maker, device)),
    note: (kind: Promised["kind"], { id, version }: { readonly id: string; readonly version: number }) => {
      const stood = history.of(id)?.stood.find((one) => one.version === version);
      if (!stood) {
        world.violate(`${id} v${version} was accepted and never stored.`);
        return;
      }
      world.count(`accepted: ${kind}`);
      given.push({ kind, id, stood, answeredAt: world.scheduler.now() });
    },
  };
};

export type Promises = ReturnType<typeof promisesFrom>;
