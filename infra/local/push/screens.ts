import * as z from "zod";
import { keyNumber, type Change, type Store } from "./store.ts";

const toastSchema = z.object({
  /** The number of the arrival that showed it; none when the app showed it by itself. */
  seq: z.number().optional(),
  at: z.string(),
  /** What the notification calls itself, if it says so. */
  id: z.string().optional(),
  /** What the vendor's header calls it (Topic, apns-collapse-id, tag), if it was given. */
  topic: z.string().optional(),
  content: z.string(),
  /** When it leaves the screen by itself, epoch milliseconds; absent: never. */
  expires: z.number().optional(),
});

/** A notification to be shown on a device. */
export type NewToast = z.infer<typeof toastSchema>;

/** A notification a device now shows. Its number tells it from every other that was shown, earlier ones have lower numbers. */
export type Toast = NewToast & { readonly number: number };

/** The toasts now visible on each device, oldest first. */
export type Screens = {
  readonly of: (deviceId: string) => readonly Toast[];
  /** Shows a toast in place of those it replaces. A full screen loses its oldest. */
  readonly show: (deviceId: string, toast: NewToast) => Change[];
  /** Takes the toasts with these numbers away. */
  readonly hide: (deviceId: string, numbers: readonly number[]) => Change[];
  readonly clear: (deviceId: string) => Change[];
  /** The app found out which notification the toast with this number is. */
  readonly name: (deviceId: string, number: number, id: string) => Change[];
  /** The number of the toast that was shown last, on whatever device. */
  readonly lastNumber: () => number;
};

type Options = {
  readonly store: Store;
  /** Whether the one takes the place of the other. */
  readonly isSame: (one: NewToast, other: NewToast) => boolean;
  readonly now: () => number;
};

const toastsVisibleMax = 50;
const prefix = "toast!";

/** Loads all screens. */
export const openScreens = async ({ store, isSame, now }: Options): Promise<Screens> => {
  const screens = new Map<string, readonly Toast[]>();
  let lastNumber = 0;
  for (const [key, text] of await store.entries(prefix)) {
    const [deviceId = "", ordinal] = key.split("!");
    const toast = { ...toastSchema.parse(JSON.parse(text)), number: Number(ordinal) };
    lastNumber = Math.max(lastNumber, toast.number);
    screens.set(deviceId, [...(screens.get(deviceId) ?? []), toast]);
  }
  const isOver = ({ expires = Infinity }: Toast): boolean => expires <= now();
  /** Lets stay what shall stay, and tells how to forget the rest. */
  const retain = (deviceId: string, stays: (toast: Toast) => boolean): Change[] => {
    const [staying, leaving] = split(screens.get(deviceId) ?? [], stays);
    screens.set(deviceId, staying);
    return leaving.map(({ number }) => ({ type: "del", key: keyOf(deviceId, number) }));
  };

  return {
    of: (deviceId) => (screens.get(deviceId) ?? []).filter((toast) => !isOver(toast)),
    show: (deviceId, toast) => {
      const left = retain(deviceId, (shown) => !isOver(shown) && !isSame(shown, toast));
      const pushedOut = (screens.get(deviceId) ?? []).slice(0, -(toastsVisibleMax - 1));
      const full = retain(deviceId, (shown) => !pushedOut.includes(shown));
      const number = ++lastNumber;
      screens.set(deviceId, [...(screens.get(deviceId) ?? []), { ...toast, number }]);
      return [...left, ...full, { type: "put", key: keyOf(deviceId, number), value: JSON.stringify(toast) }];
    },
    hide: (deviceId, numbers) => retain(deviceId, (shown) => !isOver(shown) && !numbers.includes(shown.number)),
    clear: (deviceId) => retain(deviceId, () => false),
    name: (deviceId, number, id) => {
      const toasts = screens.get(deviceId) ?? [];
      screens.set(
        deviceId,
        toasts.map((toast) => (toast.number === number ? { ...toast, id } : toast)),
      );
      return toasts.flatMap((toast) =>
        toast.number === number
          ? [{ type: "put" as const, key: keyOf(deviceId, number), value: JSON.stringify({ ...toast, id }) }]
          : [],
      );
    },
    lastNumber: () => lastNumber,
  };
};

/** A page's rule (Web Push): by the notification's own id where both have one; else by topic, which is all that a push without content has. */
export const sameOnPage = (one: NewToast, other: NewToast): boolean =>
  one.id !== undefined && other.id !== undefined ? one.id === other.id : hasSameTopic(one, other);

/** A system's rule (Windows, iOS, Android): by tag, whatever is shown under it, and by what the app knows it as. */
export const sameOnSystem = (one: NewToast, other: NewToast): boolean =>
  (one.id !== undefined && one.id === other.id) || hasSameTopic(one, other);

const hasSameTopic = (one: NewToast, other: NewToast): boolean => one.topic !== undefined && one.topic === other.topic;

const keyOf = (deviceId: string, number: number): string => `${prefix}${deviceId}!${keyNumber(number)}`;

const split = <T>(items: readonly T[], matches: (item: T) => boolean): [T[], T[]] => [
  items.filter(matches),
  items.filter((item) => !matches(item)),
];
