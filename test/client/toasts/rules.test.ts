import { describe, expect, test } from "vitest";
import { planAfterPush, type AfterPush } from "../../../shared/client/toasts/after-push.ts";
import { isClosedByPerson, isDismissal, type Closing } from "../../../shared/client/toasts/closed-toast.ts";
import { isStale } from "../../../shared/client/toasts/stale-toasts.ts";
import type { NotificationMark, ToastMark } from "../../../shared/client/toasts/toast.ts";
import { aNotification, now } from "../worker/a-notification.ts";
import { chromium, firefox, safari } from "../worker/fake-screen.ts";

const markOf = (id: string, change: Partial<NotificationMark> = {}): NotificationMark => ({
  kind: "notification",
  account: "ann",
  shownAt: now - 60_000,
  notification: aNotification(id),
  isUnchecked: false,
  ...change,
});

describe("a toast goes when its notification", () => {
  const seen = (change: Parameters<typeof aNotification>[1]) =>
    isStale(markOf("n1"), { view: [aNotification("n1", change)], isCurrent: false, now });
  test.each([
    ["is as it was", {}, false],
    ["was read", { readState: "read" }, true],
    ["was dismissed", { userActionState: "dismissed" }, true],
    ["was activated", { userActionState: "activated" }, true],
    ["was snoozed, and shown again by the app", { userActionState: "snoozed" }, false],
  ] as const)("%s: %j → %s", (_, change, stale) => expect(seen(change)).toBe(stale));

  test("is gone", () => expect(isStale(markOf("n1"), { view: [], isCurrent: false, now })).toBe(true));

  test("is not known yet only once the feed has been read, or it is over", () => {
    const unchecked = markOf("n1", { isUnchecked: true });
    expect(isStale(unchecked, { view: [], isCurrent: false, now })).toBe(false);
    expect(isStale(unchecked, { view: [], isCurrent: true, now })).toBe(true);
    const end = Date.parse(unchecked.notification.expirationDateTime);
    expect(isStale(unchecked, { view: [], isCurrent: false, now: end })).toBe(true);
  });

  test("the one that says nothing goes after five seconds, the one that says something is new when the feed was read", () => {
    const knows = { view: [], isCurrent: false, now };
    expect(isStale({ kind: "nothing-new", account: "ann", shownAt: now - 4_999 }, knows)).toBe(false);
    expect(isStale({ kind: "nothing-new", account: "ann", shownAt: now - 5_000 }, knows)).toBe(true);
    expect(isStale({ kind: "something-new", account: "ann", shownAt: 0 }, knows)).toBe(false);
    expect(isStale({ kind: "something-new", account: "ann", shownAt: 0 }, { ...knows, isCurrent: true })).toBe(true);
  });
});

describe("a push shows", () => {
  const plan = (push: Partial<AfterPush>) =>
    planAfterPush({ fresh: [], view: push.fresh ?? [], isCurrent: true, shown: [], now, ...push });

  test("what is new, the newest last, for it ends up on top", () => {
    const fresh = [
      aNotification("late", { creationDateTime: "2026-01-31T11:59:59Z" }),
      aNotification("replaced", { lastModifiedDateTime: "2026-01-31T11:59:58Z" }),
      aNotification("early", { creationDateTime: "2026-01-31T11:59:57Z" }),
    ];
    const planned = plan({ fresh });
    expect(planned.kind === "show" && planned.toasts.map(({ notification }) => notification.id)).toEqual([
      "early",
      "replaced",
      "late",
    ]);
  });

  test("eight at most at once", () => {
    const planned = plan({ fresh: Array.from({ length: 30 }, (_, index) => aNotification(`n${index}`)) });
    expect(planned.kind === "show" && planned.toasts.length).toBe(8);
  });

  test("a sound for new content in the place of old, none for the same again", () => {
    const toasts = (shown: ToastMark) => {
      const planned = plan({ fresh: [aNotification("n1")], shown: [shown] });
      return planned.kind === "show" && planned.toasts.map(({ isToRenotify }) => isToRenotify);
    };
    expect(toasts(markOf("n1"))).toEqual([false]);
    const older = aNotification("n1", { payload: { rawContent: "older" } });
    expect(toasts(markOf("n1", { notification: older }))).toEqual([true]);
  });

  test("nothing of what was seen or is over: it says so, or shows again what is there anyway", () => {
    const gone = [
      aNotification("n1", { readState: "read" }),
      aNotification("n2", { expirationDateTime: "2026-01-31T12:00:00Z" }),
    ];
    expect(plan({ fresh: gone })).toEqual({ kind: "nothing-new" });
    const older = markOf("n3", { shownAt: 1 });
    const newer = markOf("n4", { shownAt: 2 });
    expect(plan({ fresh: gone, shown: [newer, older] })).toEqual({ kind: "again", mark: newer });
  });

  test("that there is something, when it could not be fetched", () => {
    expect(plan({ isCurrent: false, shown: [markOf("n1")] })).toEqual({ kind: "something-new" });
  });
});

describe("a closed toast", () => {
  const closing = (change: Partial<Closing>): boolean =>
    isDismissal({
      mark: markOf("n1"),
      account: "ann",
      view: [aNotification("n1")],
      isReplaced: false,
      isByPerson: true,
      ...change,
    });

  test.each([
    ["that nobody but its user can have closed is a notification dismissed", {}, true],
    ["that the browser may have closed is not", { isByPerson: false }, false],
    ["that another has taken the place of is not", { isReplaced: true }, false],
    [
      "of a notification that was read is not: we closed it",
      { view: [aNotification("n1", { readState: "read" })] },
      false,
    ],
    [
      "of one that was activated is not: it was clicked",
      { view: [aNotification("n1", { userActionState: "activated" })] },
      false,
    ],
    ["of one that is gone is not", { view: [] }, false],
    [
      "with older content is not: its user has not seen the new one",
      { view: [aNotification("n1", { payload: { rawContent: "new" } })] },
      false,
    ],
    ["of another account is not", { account: "bob" }, false],
    ["that stands for no notification is not", { mark: { kind: "nothing-new", account: "ann", shownAt: 0 } }, false],
  ] as const)("%s", (_, change, expected) => expect(closing(change)).toBe(expected));

  test.each([
    ["Chromium on Windows, whenever", chromium.userAgent, 25_000, true],
    ["Safari", safari.userAgent, 25_000, true],
    ["Firefox: it takes its own alerts away after 20 s", firefox.userAgent, 3_000, false],
    ["Chromium on Linux, soon", "X11; Linux x86_64 Chrome/156.0", 3_000, true],
    ["Chromium on Linux, when its own time is over", "X11; Linux x86_64 Chrome/156.0", 25_100, false],
    ["Chromium on Android", "Linux; Android 16 Chrome/156.0", 25_100, true],
  ])("is a person's doing: %s", (_, userAgent, shownMs, expected) => {
    expect(isClosedByPerson(userAgent, shownMs)).toBe(expected);
  });
});
