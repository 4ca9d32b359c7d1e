import { z } from "zod";
import { keyNumber, type Change, type Store } from "./store.ts";

const toastSchema = z.object({
  /** The number of the arrival that showed it. */
  seq: z.number(),
  at: z.string(),
  /** What the notification calls itself, if it says so. */
  id: z.string().optional(),
  /** What the vendor's header calls it (Topic, apns-collapse-id, tag), if it was given. */
  topic: z.string().optional(),
  content: z.string(),
});

/** A notification a device now shows. */
export type Toast = z.infer<typeof toastSchema>;

/** The toasts now visible on each device, oldest first. */
export type Screens = {
  readonly of: (deviceId: string) => readonly Toast[];
  /** Shows a toast in place of the one it replaces, if any. A full screen loses its oldest. */
  readonly show: (deviceId: string, toast: Toast) => Change[];
  readonly clear: (deviceId: string) => Change[];
};

const toastsVisibleMax = 50;
const prefix = "toast!";

/** Loads all screens. */
export const openScreens = async (store: Store): Promise<Screens> => {
  const screens = new Map<string, readonly Toast[]>();
  for (const [key, text] of await store.entries(prefix)) {
    const deviceId = key.slice(0, key.indexOf("!"));
    screens.set(deviceId, [...(screens.get(deviceId) ?? []), toastSchema.parse(JSON.parse(text))]);
  }
  const of = (deviceId: string): readonly Toast[] => screens.get(deviceId) ?? [];
  const forget = (deviceId: string, toasts: readonly Toast[]): Change[] =>
    toasts.map(({ seq }) => ({ type: "del", key: keyOf(deviceId, seq) }));

  return {
    of,
    show: (deviceId, toast) => {
      const [replaced, others] = split(of(deviceId), (shown) => isSame(shown, toast));
      const staying = others.slice(-(toastsVisibleMax - 1));
      const pushedOut = others.slice(0, others.length - staying.length);
      screens.set(deviceId, [...staying, toast]);
      return [
        ...forget(deviceId, [...replaced, ...pushedOut]),
        { type: "put", key: keyOf(deviceId, toast.seq), value: JSON.stringify(toast) },
      ];
    },
    clear: (deviceId) => {
      const forgotten = forget(deviceId, of(deviceId));
      screens.delete(deviceId);
      return forgotten;
    },
  };
};

/** By the notification's own id where both have one; else by topic, which is all that a push without content has. */
const isSame = (one: Toast, other: Toast): boolean => {
  if (one.id !== undefined && other.id !== undefined) return one.id === other.id;
  return one.topic !== undefined && one.topic === other.topic;
};

const keyOf = (deviceId: string, seq: number): string => `${prefix}${deviceId}!${keyNumber(seq)}`;

const split = <T>(items: readonly T[], matches: (item: T) => boolean): [T[], T[]] => [
  items.filter(matches),
  items.filter((item) => !matches(item)),
];
