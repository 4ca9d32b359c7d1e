import { beforeEach, expect, test } from "vitest";
import type { Foundation } from "../../../shared/client/compatibility/foundation.ts";
import { UserNotificationApi } from "../../../shared/client/compatibility/user-notification-api.ts";
import { memoryLocalStore } from "../../../shared/client/local-store.memory.ts";
import { memoryRegistrationStore } from "../../../shared/client/registration-store.memory.ts";
import { modelFeedApi } from "../model-feed-api.ts";
import { modelFeed, type ModelFeed } from "../model-feed.ts";

let feed: ModelFeed;
let foundation: Foundation;
/** The service worker's: it has never subscribed, and its token came by a message. */
let worker: UserNotificationApi;

beforeEach(() => {
  feed = modelFeed();
  const store = memoryLocalStore();
  foundation = {
    registrations: memoryRegistrationStore(),
    givenStore: () => store,
    serviceApi: () => modelFeedApi(feed),
    configuredUrl: () => undefined,
    servingUrl: () => "https://fanfare.contoso.com",
    now: () => feed.now(),
  };
  worker = new UserNotificationApi(foundation, "a token");
});

/** What the service worker makes of the pushes since the last time, one after the other: each push's notifications, by content. */
const processed = async (): Promise<unknown[]> => {
  const all: unknown[] = [];
  for (const text of feed.takePushes()) {
    const { isUserNotificationPush, status, userNotifications } = await worker.processPushNotificationAsync(text);
    expect([isUserNotificationPush, status]).toEqual([true, 0]);
    all.push(userNotifications.map(({ payload, status: its }) => payload.rawContent ?? its));
  }
  return all;
};

test("a push with content gives that notification, unread and untouched, and asks nobody: no token is needed", async () => {
  const askingNobody: Foundation = {
    ...foundation,
    serviceApi: () => {
      throw new Error("the service was asked");
    },
  };
  const unasked = new UserNotificationApi(askingNobody, null);
  const id = feed.post({ name: "dinner", raw: "Dinner is ready" });
  const result = await unasked.processPushNotificationAsync(feed.takePushes()[0]!);
  expect(result).toMatchObject({
    isUserNotificationPush: true,
    status: 0,
    userNotifications: [{ id, readState: false, userActionState: 0, payload: { rawContent: "Dinner is ready" } }],
  });
});

test.each(["", "hello", "{}", '{"changeType":"created"}', "null", "[1]"])(
  "another's push (%j) is nobody's",
  async (text) => {
    expect(await worker.processPushNotificationAsync(text)).toEqual({
      isUserNotificationPush: false,
      status: 0,
      userNotifications: [],
    });
  },
);

test("the first push without content gives, latest first, what the user has not seen, and not what a push has given", async () => {
  const read = feed.post({ name: "read", raw: "Read" });
  feed.change(read, { readState: "read" });
  const dismissed = feed.post({ name: "dismissed", raw: "Dismissed" });
  feed.change(dismissed, { userActionState: "dismissed" });
  feed.post({ name: "missed", raw: "Missed" });
  feed.takePushes(); // none of these reached this browser
  feed.post({ name: "small", raw: "Small" });
  feed.post({ name: "large", raw: "Large", isTap: true });
  expect(await processed()).toEqual([["Small"], ["Large", "Missed"]]);
});

test("a push without content gives what has changed since the last one, whoever changed it", async () => {
  const old = feed.post({ name: "old", raw: "Old" });
  feed.post({ name: "one", raw: "One", isTap: true });
  await processed();
  feed.change(old, { readState: "read" });
  feed.post({ name: "two", raw: "Two", isTap: true });
  const text = feed.takePushes()[0]!;
  const { userNotifications } = await worker.processPushNotificationAsync(text);
  expect(userNotifications).toMatchObject([
    { payload: { rawContent: "Two" }, lastModifiedDateTime: null },
    { id: old, readState: true, status: "updated" },
  ]);
});

test("what was given and is deleted since is told last, without content; what was never given is not told of", async () => {
  const given = feed.post({ name: "given", raw: "Given" });
  await processed();
  const never = feed.post({ name: "never", raw: "Never" });
  feed.takePushes();
  feed.remove(given);
  feed.remove(never);
  feed.post({ name: "new", raw: "New", isTap: true });
  expect(await processed()).toEqual([["New", "deleted"]]);
});

test("an open page that reads all notifications takes nothing from what the push has to show", async () => {
  const page = new UserNotificationApi(foundation, "a token");
  feed.post({ name: "large", raw: "Large", isTap: true });
  const all = await page.getAllNotificationsAsync();
  expect(all).toMatchObject({ status: 0, userNotifications: [{ payload: { rawContent: "Large" } }] });
  expect(await processed()).toEqual([["Large"]]);
});

test("of two pushes without content at once, each gives its own notification, or the browser had nothing to show", async () => {
  feed.post({ name: "one", raw: "One", isTap: true });
  feed.post({ name: "two", raw: "Two", isTap: true });
  const [first, second] = await Promise.all(feed.takePushes().map((text) => worker.processPushNotificationAsync(text)));
  expect(first?.userNotifications.map(({ payload }) => payload.rawContent)).toContain("One");
  expect(second?.userNotifications.map(({ payload }) => payload.rawContent)).toContain("Two");
});

test("when the feed has to be read from its beginning again, what was given is not given again", async () => {
  feed.post({ name: "one", raw: "One", isTap: true });
  await processed();
  feed.forgetTokens();
  feed.post({ name: "two", raw: "Two", isTap: true });
  expect(await processed()).toEqual([["Two"]]);
});

test("what has expired is neither given nor told to be gone", async () => {
  feed.post({ name: "brief", raw: "Brief", livesMs: 60_000, isTap: true });
  await processed();
  feed.pass(120_000);
  feed.forgetTokens(); // so that the feed does not tell of it
  feed.post({ name: "next", raw: "Next", isTap: true });
  expect(await processed()).toEqual([["Next"]]);
  expect((await worker.getAllNotificationsAsync()).userNotifications).toHaveLength(1);
});
