import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Device } from "../push/devices.ts";
import type { Change, Store } from "../push/store.ts";
import type { VirtualApps } from "../push/virtual-apps.ts";
import { presentHeaders, type WaitingMessage, type WaitingMessages } from "../push/waiting-messages.ts";
import type { Accepted, AndroidApp } from "./judge.ts";
import { dataOf, drawnOf, readRequest, type FcmMessage } from "./message.ts";

type Use = {
  readonly store: Store;
  readonly apps: Pick<VirtualApps<AndroidApp>, "deliver">;
  readonly waiting: WaitingMessages;
  readonly now: () => number;
};
type Arrival = { readonly headers: IncomingHttpHeaders; readonly body: string };
type Handed = Arrival & { readonly message: FcmMessage };

/** What FCM does with the messages it took, and the phones with what reaches them. */
export type Delivery = {
  /** Hands a message to a phone that is online, or keeps it. Resolves when what came of it is written: only then answer the sender. */
  readonly take: (accepted: Accepted, arrival: Arrival) => Promise<void>;
  /** Hands over what was kept, in the order it came. */
  readonly cameOnline: (device: Device<AndroidApp>) => Promise<void>;
};

/** For one device that is offline, https://firebase.google.com/docs/cloud-messaging/customize-messages/collapsible-message-types */
const collapseKeysMax = 4;
const othersMax = 100;
/** What stands for all messages that were too many. */
const deletedTopic = "message_type: deleted_messages";

export const delivery = ({ store, apps, waiting, now }: Use): Delivery => {
  const hand = (device: Device<AndroidApp>, { message, headers, body }: Handed, changes: readonly Change[] = []) =>
    apps.deliver(device, { headers, content: body, ...pushedOf(message, device) }, changes);
  /** It was taken once, so it can be read. */
  const handKept = (device: Device<AndroidApp>, arrival: Arrival, changes: readonly Change[]) => {
    const request = readRequest(arrival.body);
    return "kind" in request ? store.commit(changes) : hand(device, { ...request, ...arrival }, changes);
  };
  const onlyDeleted = (device: Device<AndroidApp>, headers: IncomingHttpHeaders, changes: readonly Change[]) =>
    // The app is told that it missed something, and not what (`onDeletedMessages`): it is to ask its server, as after any tap.
    apps.deliver(device, { headers, content: deletedTopic, envelope: JSON.stringify(unknownTap) }, changes);

  const keep = (deviceId: string, message: WaitingMessage): Change[] => {
    const kept = waiting.keep(deviceId, message);
    const all = waiting.of(deviceId);
    if (message.topic !== undefined) {
      const keyed = all.filter(({ topic }) => topic !== undefined && topic !== deletedTopic);
      const [first] = keyed;
      // Google keeps four and does not say which.
      return first && keyed.length > collapseKeysMax
        ? [...kept, ...waiting.withdraw(deviceId, { id: first.id })]
        : kept;
    }
    const others = all.filter(({ topic }) => topic === undefined);
    if (others.length <= othersMax) return kept;
    const gone = others.flatMap(({ id }) => waiting.withdraw(deviceId, { id }));
    return [...kept, ...gone, ...waiting.keep(deviceId, { ...message, topic: deletedTopic, body: "" })];
  };

  return {
    take: async ({ device, message, ttlSeconds }, arrival) => {
      if (device.online) return hand(device, { message, ...arrival });
      const topic = collapseKeyOf(message, device);
      const named = { id: randomUUID(), ...(topic !== undefined && { topic }) };
      const body = Buffer.from(arrival.body).toString("base64");
      const headers = presentHeaders(arrival.headers);
      const kept = { ...named, expires: now() + ttlSeconds * 1_000, headers, body };
      // Now or never is never; but it still takes the place of the one with its key.
      const { deviceId } = device;
      await store.commit(ttlSeconds > 0 ? keep(deviceId, kept) : waiting.withdraw(deviceId, named));
    },
    cameOnline: async (device) => {
      const { due, expired } = waiting.take(device.deviceId);
      const handed = due.map(({ message: { headers, body, topic }, changes }) =>
        topic === deletedTopic
          ? onlyDeleted(device, headers, changes)
          : handKept(device, { headers, body: Buffer.from(body, "base64").toString("utf8") }, changes),
      );
      await Promise.all([...handed, store.commit(expired)]);
    },
  };
};

const unknownTap = { changeType: "afsChangeNotification", newETag: "", baseETag: "" };

/**
 * What the system draws is drawn without the app, which is in the background; else the app is run with the data. A content's `notification`
 * is JSON in a text there, as in all of Android's data.
 */
const pushedOf = (message: FcmMessage, { own: { packageName } }: Device<AndroidApp>) => {
  const data = dataOf(message);
  const drawn = drawnOf(message);
  if (!drawn) return { envelope: JSON.stringify(data) };
  const { title, body, tag } = drawn;
  const id = data.notificationId;
  return {
    drawn: {
      title: typeof title === "string" ? title : packageName,
      ...(typeof body === "string" && { body }),
      ...(typeof tag === "string" && { tag }),
      ...(id !== undefined && { id }),
    },
  };
};

/**
 * What is drawn is always collapsible, by the app's name where it has no key. (Of a key that it has, Google's pages say once that it is
 * ignored and elsewhere that it counts; here it counts.) Data are collapsible by their key alone.
 */
const collapseKeyOf = (message: FcmMessage, { own: { packageName } }: Device<AndroidApp>): string | undefined =>
  message.android.collapse_key ?? (drawnOf(message) ? packageName : undefined);
