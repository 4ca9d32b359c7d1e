import type { IncomingHttpHeaders } from "node:http";
import * as z from "zod";
import { keyNumber, type Change, type Store } from "./store.ts";

const messageSchema = z.object({
  /** What the vendor calls it: the message resource's own id (RFC 8030 section 5), apns-id. */
  id: z.string(),
  /** What one shares with those it replaces: Topic, apns-collapse-id. */
  topic: z.string().optional(),
  /** Milliseconds since the epoch. */
  expires: z.number(),
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  /** As it came, base64. */
  body: z.string(),
});

/** A message kept for a device that is offline. */
export type WaitingMessage = z.infer<typeof messageSchema>;

/** The messages that wait for their devices, each until it expires. */
export type WaitingMessages = {
  /** Keeps a message, in place of one with the same topic. Beyond what is kept for a device, the oldest goes. */
  readonly keep: (deviceId: string, message: WaitingMessage) => Change[];
  /** Withdraws the message with this id or topic; nothing happens when there is none. */
  readonly withdraw: (deviceId: string, one: { readonly id?: string; readonly topic?: string | undefined }) => Change[];
  /** Takes all: those due in the order they came, each with the change that forgets it, and how to forget the expired. */
  readonly take: (deviceId: string) => { due: { message: WaitingMessage; changes: Change[] }[]; expired: Change[] };
  /** Forgets all that waits for a device that is no more. */
  readonly forget: (deviceId: string) => Change[];
  readonly count: (deviceId: string) => number;
  /** What waits, oldest first. */
  readonly of: (deviceId: string) => readonly WaitingMessage[];
};

type Entry = { readonly key: string; readonly message: WaitingMessage };

const prefix = "waiting!";

/** Loads what waits. No more than `keptMax` are kept for one device. */
export const openWaitingMessages = async (
  store: Store,
  now: () => number,
  keptMax = 1_000,
): Promise<WaitingMessages> => {
  const waiting = new Map<string, readonly Entry[]>();
  let number = 0;
  for (const [key, text] of await store.entries(prefix)) {
    const [deviceId = "", ordinal] = key.split("!");
    number = Math.max(number, Number(ordinal));
    const entry = { key: prefix + key, message: messageSchema.parse(JSON.parse(text)) };
    waiting.set(deviceId, [...(waiting.get(deviceId) ?? []), entry]);
  }

  /** Lets stay what shall stay, and tells how to forget the rest. */
  const retain = (
    deviceId: string,
    stays: (entry: Entry, index: number, all: readonly Entry[]) => boolean,
  ): Change[] => {
    const before = waiting.get(deviceId) ?? [];
    const after = before.filter(stays);
    waiting.set(deviceId, after);
    return before.filter((entry) => !after.includes(entry)).map(forgotten);
  };
  const withdraw: WaitingMessages["withdraw"] = (deviceId, { id, topic }) =>
    retain(
      deviceId,
      ({ message }) => message.id !== id && (topic === undefined || message.topic !== topic) && message.expires > now(),
    );
  const of = (deviceId: string): readonly WaitingMessage[] =>
    (waiting.get(deviceId) ?? []).flatMap(({ message }) => (message.expires > now() ? [message] : []));

  return {
    withdraw,
    keep: (deviceId, message) => {
      const replaced = withdraw(deviceId, message);
      const entry = { key: `${prefix}${deviceId}!${keyNumber(++number)}`, message };
      waiting.set(deviceId, [...(waiting.get(deviceId) ?? []), entry]);
      const pushedOut = retain(deviceId, (_entry, index, all) => index >= all.length - keptMax);
      return [...replaced, ...pushedOut, { type: "put", key: entry.key, value: JSON.stringify(message) }];
    },
    take: (deviceId) => {
      const expired = withdraw(deviceId, {});
      const due = (waiting.get(deviceId) ?? []).map((entry) => ({
        message: entry.message,
        changes: [forgotten(entry)],
      }));
      waiting.delete(deviceId);
      return { due, expired };
    },
    forget: (deviceId) => {
      const before = waiting.get(deviceId) ?? [];
      waiting.delete(deviceId);
      return before.map(forgotten);
    },
    count: (deviceId) => of(deviceId).length,
    of,
  };
};

const forgotten = ({ key }: Entry): Change => ({ type: "del", key });

/** A request's headers as they are kept: those that it has. */
export const presentHeaders = (headers: IncomingHttpHeaders): WaitingMessage["headers"] =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
