import * as z from "zod";
import type { Change, Store } from "../store.ts";
import { accountSchema, type Account } from "./account.ts";
import { knownSchema, type Known } from "./known.ts";

const memorySchema = z.object({
  account: accountSchema,
  /** Where reading the feed goes on: a page of the running pass, or the next pass. Absent: from the beginning. */
  link: z.string().optional(),
  /** The state of the feed the app is at, as pushes name it. Absent before the first pass. */
  mark: z.string().optional(),
  /** How often the app was given reason to read the feed, and how many of these the last whole pass began after. */
  reasons: z.number(),
  covered: z.number(),
  /** The pass under way: how many reasons it began after, and the number of the last toast shown by then. */
  pass: z.object({ reasons: z.number(), lastToast: z.number() }).optional(),
});

/** What a signed-in app remembers, but for the notifications. */
export type Memory = Readonly<z.infer<typeof memorySchema>>;

/** What the apps of all devices of a push service remember. A device that is not here has an app that nobody signed in to. */
export type AppMemories = {
  readonly of: (deviceId: string) => Memory | undefined;
  readonly put: (deviceId: string, memory: Memory) => Change[];
  /** By the notifications' ids. */
  readonly known: (deviceId: string) => ReadonlyMap<string, Known>;
  readonly learn: (deviceId: string, known: Known) => Change[];
  /** Forgets these notifications, all by default. */
  readonly unlearn: (deviceId: string, ids?: Iterable<string>) => Change[];
  /** Forgets everything: the app is gone. */
  readonly forget: (deviceId: string) => Change[];
};

const prefix = "app!";
const knownPrefix = "known!";

/** A memory for an app that just signed in, and has never read the feed. */
export const newMemory = (account: Account): Memory => ({ account, reasons: 1, covered: 0 });

/** Loads what the apps remember. */
export const openAppMemories = async (store: Store): Promise<AppMemories> => {
  const memories = new Map<string, Memory>();
  const knownOf = new Map<string, Map<string, Known>>();
  const knownOn = (deviceId: string): Map<string, Known> => {
    const known = knownOf.get(deviceId) ?? new Map<string, Known>();
    knownOf.set(deviceId, known);
    return known;
  };
  for (const [deviceId, text] of await store.entries(prefix)) {
    memories.set(deviceId, memorySchema.parse(JSON.parse(text)));
  }
  for (const [key, text] of await store.entries(knownPrefix)) {
    const [deviceId = ""] = key.split("!");
    const known = knownSchema.parse(JSON.parse(text));
    knownOn(deviceId).set(known.id, known);
  }

  const unlearn: AppMemories["unlearn"] = (deviceId, ids = [...knownOn(deviceId).keys()]) =>
    [...ids].flatMap((id) =>
      knownOn(deviceId).delete(id) ? [{ type: "del" as const, key: knownKey(deviceId, id) }] : [],
    );
  return {
    of: (deviceId) => memories.get(deviceId),
    put: (deviceId, memory) => {
      memories.set(deviceId, memory);
      return [{ type: "put", key: prefix + deviceId, value: JSON.stringify(memory) }];
    },
    known: knownOn,
    learn: (deviceId, known) => {
      knownOn(deviceId).set(known.id, known);
      return [{ type: "put", key: knownKey(deviceId, known.id), value: JSON.stringify(known) }];
    },
    unlearn,
    forget: (deviceId) => {
      const unlearnt = unlearn(deviceId);
      return memories.delete(deviceId) ? [...unlearnt, { type: "del", key: prefix + deviceId }] : unlearnt;
    },
  };
};

const knownKey = (deviceId: string, id: string): string => `${knownPrefix}${deviceId}!${id}`;
