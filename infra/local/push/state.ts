import type { z } from "zod";
import { openAppMemories, type AppMemories } from "./app/memory.ts";
import { openDevices, type Devices } from "./devices.ts";
import { faultList, type Faults } from "./faults.ts";
import type { PlatformType } from "./platform-type.ts";
import { printedLine } from "./printed.ts";
import { receivedLog, type Arrival, type ReceivedLog } from "./received.ts";
import { openScreens, sameOnPage, sameOnSystem, type NewToast, type Screens } from "./screens.ts";
import { forgetfulStore, openStore, type Change, type Store } from "./store.ts";

/** What else changes with an arrival: a toast that shows, other state of the vendor's. */
type Consequences = {
  /** Shows the arrival's content unless it has one of its own. */
  readonly toast?: Pick<NewToast, "id" | "topic" | "expires"> & { readonly content?: string };
  readonly changes?: readonly Change[];
  /** What a person would see of it, for printing; the content itself where this is absent. */
  readonly seen?: string;
};

/** Everything one push service knows, whatever its vendor. */
export type PushState<Own> = {
  readonly platformType: PlatformType;
  readonly store: Store;
  readonly devices: Devices<Own>;
  readonly received: ReceivedLog;
  readonly screens: Screens;
  /** What the apps on the devices remember. */
  readonly memories: AppMemories;
  readonly faults: Faults;
  /**
   * Notes an arrival with what it changes, prints it, and resolves once it is written: only then answer the sender.
   * Rejects when it cannot be written; until the next start the log then shows a push that its sender was not told is taken.
   */
  readonly record: (arrival: Arrival, consequences?: Consequences) => Promise<void>;
  /** Prints what a device did by itself. */
  readonly say: (deviceName: string, sentence: string) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
};

type Options<Own> = {
  readonly platformType: PlatformType;
  /** Where the state lives; undefined to keep none. */
  readonly folder: string | undefined;
  readonly ownSchema: z.ZodType<Own>;
  /** How many received pushes are kept. */
  readonly kept: number;
  /** Takes one line for each arrival; undefined when nobody wants to see them. */
  readonly print: ((line: string) => void) | undefined;
  readonly now: () => number;
};

/** Loads the state of one push service. Throws `CannotStart` when another process has it open. */
export const openPushState = async <Own>(options: Options<Own>): Promise<PushState<Own>> => {
  const { platformType, folder, ownSchema, kept, print, now } = options;
  const store = folder === undefined ? forgetfulStore() : await openStore(folder);
  const devices = await openDevices(store, ownSchema);
  const received = await receivedLog({ store, kept, now });
  const isSame = platformType === "WebPush" ? sameOnPage : sameOnSystem;
  const screens = await openScreens({ store, isSame, now });
  const memories = await openAppMemories(store);

  const record = async (arrival: Arrival, { toast, changes = [], seen }: Consequences = {}): Promise<void> => {
    const { device, content } = arrival;
    const noted = received.append(arrival);
    const shown =
      device && content !== null && toast
        ? screens.show(device.deviceId, { seq: noted.seq, at: noted.at, content, ...toast })
        : [];
    print?.(printedLine(noted.at, device?.name ?? "nobody", platformType, seen ?? told(arrival)));
    // One commit: after a crash the arrival, its toast and the end of its waiting are there together or not at all.
    await store.commit([...noted.changes, ...shown, ...changes]);
  };
  const say = (deviceName: string, sentence: string): void =>
    print?.(printedLine(new Date(now()).toISOString(), deviceName, platformType, sentence));

  return { platformType, store, devices, received, screens, memories, faults: faultList(), record, say, now };
};

const told = ({ content, status, reason = "" }: Arrival): string =>
  content ?? `!! ${status ?? "not answered"} ${reason}`;
