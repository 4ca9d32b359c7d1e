import { expect } from "vitest";
import type { StateChange, UserNotification } from "../../../shared/client/notification.ts";
import { modelFeed } from "../model-feed.ts";
import { browser, idle, type Tab } from "./browser.ts";
import type { Step } from "./convergence-steps.ts";
import { scheduledApi, type Done, type Underway } from "./scheduled-api.ts";

type Laid = { readonly at: number; readonly what: UserNotification; readonly change: StateChange | "delete" };

/** One user with three browsers, the first of which has two tabs open, and everything that is under way between them and the feed. */
export const convergence = () => {
  const feed = modelFeed({ pageSize: 3 });
  const pushes: string[] = [];
  const browsers = [2, 1, 1].map((tabs) => {
    const underway: Underway[] = [];
    const done: Done[] = [];
    const one = browser({ now: feed.now, api: scheduledApi(feed, underway, done) });
    const open: Tab[] = Array.from({ length: tabs }, () => one.open());
    return {
      ...one,
      tabs: open,
      underway,
      done,
      laid: [] as Laid[],
      known: new Set<string>(),
      gone: new Set<string>(),
    };
  });
  type Own = (typeof browsers)[number];
  const chosen = <T>(all: readonly T[], by: number): T | undefined => all[by % Math.max(1, all.length)];
  const posted = new Set<string>();
  const former = new Set<string>();
  let posts = 0;

  const edit = async (own: Own, tab: Tab, by: number, to: StateChange | "delete"): Promise<void> => {
    const what = chosen(await tab.client.notifications(), by);
    if (!what) return;
    own.laid.push({ at: own.done.length, what, change: to });
    void (to === "delete" ? tab.client.delete(what.id) : tab.client.update(what.id, to));
  };

  /** Every request of this browser is answered until these tabs have synced. */
  const synced = async ({ underway }: Own, tabs: readonly Tab[]): Promise<readonly string[]> => {
    let kinds: readonly string[] | undefined;
    void Promise.all(tabs.map(({ client }) => client.sync())).then((all) => (kinds = all.map(({ kind: one }) => one)));
    for (let turns = 0; turns < 200 && !kinds; turns += 1) {
      for (const request of [...underway]) request.answer();
      await idle();
    }
    return kinds ?? ["never"];
  };

  const take = async (step: Step): Promise<void> => {
    const own = chosen(browsers, step.pick)!;
    const tab = chosen(own.tabs, Math.floor(step.pick / 3))!;
    const by = Math.floor(step.pick / 6);
    switch (step.kind) {
      case "post": {
        posts += 1;
        posted.add(feed.post({ name: `n${step.pick}`, raw: `words ${posts}`, livesMs: step.livesMs }));
        pushes.push(...feed.takePushes());
        break;
      }
      case "change elsewhere":
        feed.change(chosen(feed.truth(), by)?.id ?? "", step.change);
        break;
      case "remove elsewhere":
        feed.remove(chosen(feed.truth(), by)?.id ?? "");
        break;
      case "push":
        void tab.client.processPush(chosen(pushes, by) ?? "");
        break;
      case "edit":
        await edit(own, tab, by, step.change);
        break;
      case "delete":
        await edit(own, tab, by, "delete");
        break;
      case "mark all read":
        for (const what of await tab.client.notifications()) {
          own.laid.push({ at: own.done.length, what, change: { readState: "read" } });
        }
        void tab.client.markAllRead();
        break;
      case "sync":
        void tab.client.sync();
        break;
      case "sync to the end":
        await synced(own, [tab]);
        break;
      case "live":
        void tab.client.live();
        break;
      case "hide":
        tab.show(by % 3 > 0);
        break;
      case "kill":
        tab.kill();
        own.tabs[own.tabs.indexOf(tab)] = own.open();
        break;
      case "reach":
        await chosen(own.underway, by)?.reach();
        break;
      case "answer":
        chosen(own.underway, by)?.answer();
        break;
      case "answers":
        for (const request of [...own.underway]) request.answer();
        break;
      case "lose":
        chosen(own.underway, by)?.lose();
        break;
      case "refuse":
        chosen(own.underway, by)?.refuse(5_000);
        break;
      case "410":
        feed.forgetTokens();
        break;
      case "anew":
        // An empty feed has no epoch: the very first push of its former life, if it comes only now, is taken for its own until the next sync.
        for (const id of posted) former.add(id);
        feed.beginAnew();
        break;
      case "time":
        feed.pass(step.ms);
        for (const one of browsers) one.tick();
    }
    await idle();
  };

  return {
    feed,
    take,
    /** Whatever a browser knew and knows no more is gone for good, and neither that nor what has expired is shown in any of its tabs. */
    checkNothingDead: async () => {
      for (const { store, known, gone, tabs } of browsers) {
        const now = (await store.read()).known;
        const live = new Set(feed.truth().map(({ id }) => id)); // what was only forgotten here may have been posted anew
        for (const id of known) if (!now.has(id) && !live.has(id)) gone.add(id);
        for (const id of now.keys()) known.add(id);
        for (const { client } of tabs) {
          for (const { id, expirationDateTime } of await client.notifications()) {
            if (!former.has(id)) expect(gone).not.toContain(id);
            expect(Date.parse(expirationDateTime)).toBeGreaterThan(feed.now());
          }
        }
      }
    },
    /** The network is well again, and everybody syncs until nobody has anything left to say; then once more. */
    settle: async () => {
      for (let round = 0; round < 2; round += 1) {
        for (const own of browsers) expect(await synced(own, own.tabs)).toEqual(own.tabs.map(() => "ok"));
      }
    },
    shown: () => Promise.all(browsers.flatMap(({ tabs }) => tabs.map(({ client }) => client.notifications()))),
    unsent: async () => (await Promise.all(browsers.map(({ store }) => store.read()))).flatMap(({ edits }) => edits),
    /** What a user did that nobody told the service of, though it was still there with the words the user saw. */
    lostEdits: (): readonly Laid[] =>
      browsers.flatMap(({ laid, done }) =>
        laid.filter(({ at, what, change: wanted }, index) => {
          const alive = feed.truth().find(({ id }) => id === what.id);
          const isReplaced = alive?.payload.rawContent !== what.payload.rawContent;
          const later = laid.slice(index + 1).filter(({ what: { id } }) => id === what.id);
          const isOverridden = later.length > 0; // it has taken this one over, and is looked at by itself
          const isSaid = done.slice(at).some((one) => one.id === what.id && says(one.change, wanted));
          const isSo = says(what, wanted); // there was nothing to say
          return !isReplaced && !isOverridden && !isSaid && !isSo;
        }),
      ),
    /** What the service was made to do to words that the user had not seen. */
    unseenEdits: (): readonly Done[] =>
      browsers.flatMap(({ laid, done }) =>
        done.filter(
          ({ id, raw }) =>
            raw !== undefined && !laid.some(({ what }) => what.id === id && what.payload.rawContent === raw),
        ),
      ),
    close: () => {
      for (const { tabs } of browsers) for (const { client } of tabs) client.close();
    },
  };
};

const says = (said: object | "delete", wanted: StateChange | "delete"): boolean =>
  wanted === "delete"
    ? said === "delete"
    : said === "delete" || Object.entries(wanted).every(([name, value]) => Object(said)[name] === value);
