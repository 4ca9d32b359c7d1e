import { expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import { feedKeyOf } from "../../../shared/feed-key.ts";
import { Problem } from "../../../shared/problem.ts";
import { hostName, newUser, start, subscriptionDraftOf } from "./samples.ts";
import { inAMonth, subscriptionsUnderTest } from "./subscriptions-under-test.ts";

/** A feed has so many subscriptions and no more. */
export const limitCases = (): void => {
  test("a feed has at most so many live subscriptions; renewals pass, and what expired or was removed makes room", async () => {
    const { subscribe, remove, of, clock } = subscriptionsUnderTest(undefined, { perFeed: 3 });
    const user = newUser();
    const feed = feedKeyOf(user, hostName);
    const device = (deviceId: string, more = {}) => subscriptionDraftOf({ deviceId, ...more });
    const tooMany = expect.objectContaining({ name: "Problem", kind: "conflict" }) as Error;
    await subscribe(user, device("a"), start + milliseconds.hour);
    const b = await subscribe(user, device("b"), inAMonth);
    await subscribe(user, device("c"), inAMonth);
    await expect(subscribe(user, device("d"), inAMonth)).rejects.toEqual(tooMany);
    expect(await subscribe(user, device("c"), inAMonth)).toMatchObject({ isNew: false });
    await subscribe(user, device("elsewhere", { targetHostName: "other.contoso.com" }), inAMonth);
    clock.at += milliseconds.hour;
    expect(await subscribe(user, device("d"), inAMonth)).toMatchObject({ isNew: true });
    await expect(subscribe(user, device("a"), inAMonth), "it came back too late").rejects.toEqual(tooMany);
    await remove(feed, b.subscription.id);
    expect(await subscribe(user, device("a"), inAMonth)).toMatchObject({ isNew: true });
    expect((await of(feed)).map(({ deviceId }) => deviceId).sort()).toEqual(["a", "c", "d"]);
  });

  test("a device that is in may bring another channel, also when there are more than may be by now", async () => {
    const user = newUser();
    const generous = subscriptionsUnderTest();
    for (const deviceId of ["a", "b", "c"]) await generous.subscribe(user, subscriptionDraftOf({ deviceId }), inAMonth);
    const { subscribe } = subscriptionsUnderTest(undefined, { perFeed: 1 });
    expect(await subscribe(user, subscriptionDraftOf({ deviceId: "a" }), inAMonth)).toMatchObject({ isNew: false });
  });

  test("however many devices subscribe at once, at however many instances, no more than the limit are in", async () => {
    const instances = Array.from({ length: 3 }, () => subscriptionsUnderTest(undefined, { perFeed: 4 }));
    const user = newUser();
    const attempts = await Promise.allSettled(
      Array.from({ length: 9 }, (_, index) =>
        instances[index % 3]!.subscribe(user, subscriptionDraftOf({ deviceId: `device-${index}` }), inAMonth),
      ),
    );
    expect(attempts.filter(({ status }) => status === "fulfilled")).toHaveLength(4);
    for (const attempt of attempts) {
      if (attempt.status === "rejected") expect(attempt.reason).toBeInstanceOf(Problem);
    }
    expect(await instances[0]!.of(feedKeyOf(user, hostName))).toHaveLength(4);
  });
};
