import { expect, test } from "vitest";
import { milliseconds, systemClock } from "../../../shared/clock.ts";
import { newUser, subscriptionDraftOf } from "../feed/samples.ts";
import { subscriptionsUnderTest } from "../feed/subscriptions-under-test.ts";
import { hostName, env, ops, set, found, lastAct, registered } from "./apps-under-test.ts";
import { command, linesOf } from "./operator.ts";

/** What a removed registration leaves, and who meets its removal. */
export const removeCases = (): void => {
  test("remove takes the registration and tells what it leaves: live subscriptions are counted when asked", async () => {
    await registered();
    const { subscribe } = subscriptionsUnderTest(undefined, { clock: systemClock });
    const user = newUser();
    const inADay = systemClock.now() + milliseconds.day;
    for (const [deviceId, expiresAt] of [
      ["a", inADay],
      ["b", inADay],
      ["ended", systemClock.now() - 1],
    ] as const)
      await subscribe(user, subscriptionDraftOf({ deviceId, targetHostName: hostName }), expiresAt);
    await subscribe(user, subscriptionDraftOf({ deviceId: "c" }), inADay);
    const dry = await ops("apps", "remove", hostName, "--count", "--dry-run", "--json");
    expect(linesOf(dry.stdout)).toEqual([{ hostName, outcome: "would remove", subscriptions: 2, users: 1 }]);
    expect(await found()).toBeDefined();
    expect(await ops("apps", "remove", hostName)).toMatchObject({ code: 64 });
    const told = await ops("apps", "remove", hostName, "--yes");
    expect(told).toMatchObject({ code: 0, stdout: "" });
    expect(told.stderr).toContain("feeds and subscriptions stay until they expire");
    expect(await found()).toBeUndefined();
    expect(await lastAct()).toMatchObject({ act: "apps remove", subject: `app ${hostName}`, outcome: "done" });
    expect(await ops("apps", "remove", hostName, "--yes")).toMatchObject({ code: 2 });
  });

  test("who changes an app while it is being removed is not overwritten", async () => {
    await registered();
    const ask = async (): Promise<boolean> => {
      await set("--sender", "theirs");
      return true;
    };
    const told = await command(["apps", "remove", hostName], { env: env(), ask });
    expect(told).toMatchObject({ code: 1, stderr: expect.stringContaining("Somebody else changed or removed") });
    expect(await found()).toMatchObject({ senders: ["s1", "theirs"] });
  });
};
