import { milliseconds } from "../../../shared/clock.ts";
import type { Ledger, Told } from "../../../shared/delivery/ledger.ts";
import { feedKeyOf, type FeedKey } from "../../../shared/feed-key.ts";
import { aliasKey, notificationKey } from "../../../shared/feed/rows.ts";
import { hashOf } from "../../../shared/hash.ts";
import type { Tables } from "../../../shared/storage/table.ts";
import type { Subscription } from "../../../shared/subscription/subscription.ts";
import { draftOf, newUser, subscriptionDraftOf } from "../feed/samples.ts";
import { allRows, type purgeUnderTest } from "../purge/purge-under-test.ts";

type Service = ReturnType<typeof purgeUnderTest>;
export type Somebody = Awaited<ReturnType<typeof somebody>>;

export const apnsToken = "0123456789abcdef".repeat(4);
const nothingTold: Ledger = { content: {}, tap: {}, fallback: {}, mark: undefined };

const toldTo = ({ id, channelTag }: Subscription, at: number): Told => {
  const entry = { subscriptionId: id, told: 1, version: 1, outcome: "delivered", attempts: 1, at } as const;
  return { content: { [channelTag]: entry }, tap: { [channelTag]: entry }, fallback: { [channelTag]: entry } };
};

/** Somebody who has one of everything at each of these apps, and all words by which any of it could be known again. */
export const somebody = async (service: Service, name: string, hostNames: readonly string[]) => {
  const user = { ...newUser(), principalName: `${name}@contoso.com` };
  const made = [];
  for (const hostName of hostNames) made.push(await everything(service, { user, name, hostName }));
  return {
    user,
    feeds: made.map(({ feed }) => feed),
    ids: made.map(({ id }) => id),
    words: [user.objectId, user.principalName, ...made.flatMap(({ words }) => words)],
  };
};

type Whose = { readonly user: ReturnType<typeof newUser>; readonly name: string; readonly hostName: string };

const everything = async ({ feed, subscriptions, fetchMarks, ledgers, clock }: Service, whose: Whose) => {
  const { user, name, hostName } = whose;
  const key: FeedKey = feedKeyOf(user, hostName);
  const end = clock.now() + milliseconds.day;
  const own = (what: string): string => `${what} of ${name} at ${hostName}`;
  const device = subscriptionDraftOf({
    targetHostName: hostName,
    platformType: "iOS",
    deviceId: own("phone"),
    displayName: own("display"),
    channel: { kind: "apns", token: apnsToken, bundleId: "com.contoso.app", environment: "production" },
  });
  const { subscription, unsid } = await subscriptions.subscribe(user, device, end);
  const draft = draftOf({
    targetHostName: hostName,
    appNotificationId: own("order"),
    groupName: own("group"),
    payload: { rawContent: own("words"), visualContent: { title: own("title") } },
    fallback: { delaySeconds: 60, visualContent: { title: own("fallback") } },
    expiresAt: end,
    displayUntil: end,
  });
  const once = { key: hashOf(own("key")), body: hashOf(own("body")) };
  const { notification } = await feed.accept(key, draft, once);
  const deleted = await feed.accept(key, { ...draft, appNotificationId: own("deleted") });
  await feed.change(key, [notification.id], { readState: "read" });
  await feed.remove(key, deleted.notification.id);
  const found = await feed.find(key, notification.id);
  if (!found) throw new Error("The notification is not found.");
  await fetchMarks.fetched(key, subscription.id, [found]);
  const ids = [notification.id, deleted.notification.id];
  for (const id of ids) {
    await ledgers.record(key, id, { read: nothingTold, made: toldTo(subscription, clock.now()), expiresAt: end });
  }
  const texts = ["phone", "display", "order", "group", "words", "title", "fallback"].map(own);
  const keys = [...ids.map(notificationKey), aliasKey(own("order")), once.key, once.body];
  return {
    feed: key,
    id: notification.id,
    words: [...texts, ...ids, ...keys, key, subscription.id, hashOf("unsid", unsid)],
  };
};

/** All rows that could be about persons, each as a text: those of all tables but the apps' and the audit's. */
export const rowTexts = async (tables: Tables): Promise<readonly string[]> => {
  const others = new Set(["app", "acts"]);
  const rows = await allRows(tables);
  return rows
    .filter(({ partitionKey, rowKey }) => !others.has(rowKey) && !others.has(partitionKey))
    .map((row) => JSON.stringify(row));
};
