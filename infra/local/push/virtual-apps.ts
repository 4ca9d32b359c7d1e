import type { IncomingHttpHeaders } from "node:http";
import { oneAtATime } from "../../../shared/one-at-a-time.ts";
import { readEnvelope, type Envelope } from "./app/envelope.ts";
import { feedClient } from "./app/feed-client.ts";
import { keepUp, type Pause } from "./app/keep-up.ts";
import { visualText } from "./app/known.ts";
import { appRoutes } from "./app/routes.ts";
import { screenKeeper } from "./app/screen-keeper.ts";
import { toastNamer, type IsTagOf } from "./app/toast-namer.ts";
import type { Route } from "./control-http.ts";
import type { Device } from "./devices.ts";
import type { NewToast } from "./screens.ts";
import type { PushState } from "./state.ts";
import type { Change } from "./store.ts";

/** A push as it reaches a device. */
export type Pushed = {
  /** As the vendor saw them. */
  readonly headers: IncomingHttpHeaders;
  /** The body, as it came. */
  readonly content: string;
  /** What the system draws, by itself and without the app; one with the same tag takes the place of the other. */
  readonly drawn?: {
    readonly title: string;
    readonly body?: string;
    readonly tag?: string;
    /** The notification's own id, from the data that came with it. */
    readonly id?: string;
    /** When the system takes it away by itself, epoch milliseconds. */
    readonly expires?: number;
  };
  /** What the app is run for: the original's envelope as JSON text (contract 5). Texts within texts, as Android's data has them, are read too. */
  readonly envelope?: string;
};

/** What the control API tells of a device's app. */
type AppStanding = {
  readonly isSignedIn: boolean;
  /** The name of the user who is; null: nobody. */
  readonly user: string | null;
  /** The state of the feed it is at, which the `baseETag` of a push is compared with; null before it has read the feed. */
  readonly mark: string | null;
  /** Whether it has read the feed since it was last given reason to. */
  readonly isUpToDate: boolean;
};

/** The virtual devices' systems and apps, which are the same for all vendors. They end when the state's store is closed. */
export type VirtualApps<Own> = {
  /** A push reached a device that is online. Resolves when what came of it is written, `changes` in the same write; what the app fetches then goes on behind. */
  readonly deliver: (device: Device<Own>, pushed: Pushed, changes?: readonly Change[]) => Promise<void>;
  /** What the control API has for them, beside what it has for devices. */
  readonly routes: readonly Route[];
  readonly standingOf: (device: Device<Own>) => AppStanding;
  /** The device is online again: its app goes on with what it could not do. */
  readonly cameOnline: (device: Device<Own>) => void;
  /** Forgets what the app of a removed device remembers. */
  readonly forget: (device: Device<Own>) => Change[];
};

type Use<Own> = {
  readonly state: PushState<Own>;
  /** How the app tells whose toast it is that came with no id. */
  readonly isTagOf?: IsTagOf;
  readonly pause?: Pause;
};

/** What a push comes to on its device. */
type Handed = {
  readonly toast?: Pick<NewToast, "id" | "topic" | "expires"> & { readonly content: string };
  /** What a person would see of it. */
  readonly seen: string;
  readonly changes: readonly Change[];
};

/**
 * The apps of all devices of one push service. What the system draws shows without the app; an envelope runs it: content that is the
 * next after what the app knows is applied, on everything else it reads the delta and makes its screen agree. An app that nobody has
 * signed in to shows what it was given. Whatever was under way when the process died goes on here.
 */
export const virtualApps = <Own>({ state, isTagOf, pause }: Use<Own>): VirtualApps<Own> => {
  const { memories, store, now } = state;
  const inTurn = oneAtATime();
  const feed = feedClient(store.closing, now);
  const keepScreen = screenKeeper(state);
  const keeper = keepUp({
    state,
    feed,
    inTurn,
    keepScreen,
    nameToasts: toastNamer(state, isTagOf),
    ...(pause && { pause }),
  });
  for (const { deviceId } of state.devices.all()) keeper.look(deviceId);

  const toRead = (deviceId: string): Change[] => {
    const memory = memories.of(deviceId);
    return memory ? memories.put(deviceId, { ...memory, reasons: memory.reasons + 1 }) : [];
  };
  /** What the app makes of an envelope. */
  const run = (deviceId: string, envelope: Envelope | undefined): Handed => {
    if (!envelope) return { seen: "!! the app was run with what is no envelope", changes: [] };
    if (envelope.changeType === "afsChangeNotification") {
      return { seen: "(a tap: time to read the feed)", changes: toRead(deviceId) };
    }
    const memory = memories.of(deviceId);
    if (memory && memory.mark !== envelope.baseETag) {
      return { seen: "(content after some that it missed: time to read the feed)", changes: toRead(deviceId) };
    }
    const { id, appNotificationId, expirationDateTime, payload } = envelope.notification;
    const expiresAt = Date.parse(expirationDateTime);
    const { rawContent: content } = payload;
    const known = { id, appNotificationId, content, displayUntil: expiresAt, expiresAt, isWanted: true };
    return {
      toast: { id, content, expires: expiresAt },
      seen: content,
      changes: memory
        ? [...memories.learn(deviceId, known), ...memories.put(deviceId, { ...memory, mark: envelope.newETag })]
        : [],
    };
  };
  const handed = ({ deviceId }: Device<Own>, { drawn, envelope }: Pushed): Handed => {
    const ran = envelope === undefined ? undefined : run(deviceId, readEnvelope(envelope));
    if (!drawn) return ran ?? { seen: "!! neither drawn nor for the app", changes: [] };
    const { id, tag, expires } = drawn;
    const content = visualText(drawn);
    const toast = {
      ...(id !== undefined && { id }),
      ...(tag !== undefined && { topic: tag }),
      ...(expires !== undefined && { expires }),
      content,
    };
    return { toast, seen: content, changes: ran?.changes ?? [] };
  };

  return {
    deliver: async (device, pushed, changes = []) => {
      const { headers, content } = pushed;
      const { changes: ofApp, ...shown } = handed(device, pushed);
      const written = state.record(
        { device, headers, content, status: 200 },
        { ...shown, changes: [...changes, ...ofApp] },
      );
      // Now and not when it is written: an app that is reading already sees the reason before that, and would be hurried for it once more.
      keeper.look(device.deviceId);
      await written;
    },
    routes: appRoutes({ state, feed, inTurn, keepScreen, ...keeper }),
    standingOf: ({ deviceId }) => ({
      isSignedIn: memories.of(deviceId) !== undefined,
      user: memories.of(deviceId)?.account.username ?? null,
      mark: memories.of(deviceId)?.mark ?? null,
      isUpToDate: keeper.isUpToDate(deviceId),
    }),
    cameOnline: ({ deviceId }) => keeper.look(deviceId),
    forget: ({ deviceId }) => memories.forget(deviceId),
  };
};
