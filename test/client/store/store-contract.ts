import { addEdit, forget } from "../../../shared/client/edits.ts";
import type { LocalState } from "../../../shared/client/local-state.ts";
import type { LocalStore } from "../../../shared/client/local-store.ts";
import { knowing, notification } from "../state/samples.ts";

/** Opens the one store of the promise, as one more tab does. */
type Open = () => LocalStore;

/** One promise of the port; rejects with what is wrong. Nothing here is of Node's or of a test runner, so that browsers can be asked, too. */
export type StorePromise = { readonly promise: string; readonly isKept: (open: Open) => Promise<void> };

const empty = { mark: undefined, link: undefined, known: new Map(), edits: [], lastEdit: 0, starts: 0, deleted: [] };
const some = addEdit(knowing([notification("a"), "e.1"], [notification("b"), "e.2"]), "a", { readState: "read" });
/** One more edit, however many there are. */
const oneMore = (state: LocalState): LocalState =>
  addEdit(state, "b", { readState: state.lastEdit % 2 ? "read" : "unread", userActionState: "snoozed" });

export const storePromises: readonly StorePromise[] = [
  {
    promise: "begins with nothing known",
    isKept: async (open) => same(await open().read(), empty),
  },
  {
    promise: "gives back what was written, to every tab",
    isKept: async (open) => {
      same(await open().update(() => some), some);
      same(await open().read(), some);
    },
  },
  {
    promise: "keeps edits in the order they were made, and what is undefined undefined",
    isKept: async (open) => {
      const known = knowing(...["a", "b", "c"].map((id) => [notification(id), "e.1"] as const));
      const edited = ["c", "a", "b", "a"].reduce((state, id) => addEdit(state, id, "delete"), known);
      const started = { ...edited, mark: undefined, link: undefined };
      await open().update(() => started);
      same(await open().read(), started);
    },
  },
  {
    promise: "forgets the rows that a step leaves out",
    isKept: async (open) => {
      await open().update(() => some);
      await open().update((state) => forget(state, "a"));
      same(await open().read(), forget(some, "a"));
    },
  },
  {
    promise: "puts the updates of all tabs in one order, none of them lost",
    isKept: async (open) => {
      const tabs = [open(), open(), open()];
      await open().update(() => some);
      await Promise.all([...tabs, ...tabs, ...tabs, ...tabs].map((tab) => tab.update(oneMore)));
      same((await open().read()).lastEdit, some.lastEdit + 12);
    },
  },
  {
    promise: "tells a tab that has read before what another has written since, after all was forgotten, too",
    isKept: async (open) => {
      const [one, other] = [open(), open()];
      await one.update(() => some);
      same(await other.read(), some);
      await one.update((state) => forget(state, "a"));
      same(await other.read(), forget(some, "a"));
      await one.clear();
      same(await other.read(), empty);
      await one.update(oneMore);
      await one.update(() => some);
      same(await other.update(oneMore), oneMore(some));
    },
  },
  {
    promise: "resolves a step that changes nothing to the state as it is",
    isKept: async (open) => {
      await open().update(() => some);
      same(await open().update((state) => state), some);
    },
  },
  {
    promise: "rejects with what a step throws, and is as before",
    isKept: async (open) => {
      await open().update(() => some);
      const fault = new Error("The step has failed.");
      const thrown = await open()
        .update(() => {
          throw fault;
        })
        .catch((error: unknown) => error);
      if (thrown !== fault) throw new Error(`Rejected with ${String(thrown)}`);
      same(await open().read(), some);
    },
  },
  {
    promise: "has forgotten everything once it was cleared, and can be used again",
    isKept: async (open) => {
      await open().update(() => some);
      await open().clear();
      same(await open().read(), empty);
      await open().update(() => some);
      same(await open().read(), some);
    },
  },
  {
    promise: "opens again when it is used after it was closed",
    isKept: async (open) => {
      const tab = open();
      await tab.update(() => some);
      tab.close();
      same(await tab.update(oneMore), oneMore(some));
      tab.close();
      tab.close();
    },
  },
];

const same = (found: unknown, expected: unknown): void => {
  const [one, other] = [printed(found), printed(expected)];
  if (one !== other) throw new Error(`${one} instead of ${other}`);
};

/** Whole, whatever the order of its members: JSON knows no maps, and leaves out what is undefined. */
const printed = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) => {
    if (member === undefined) return "(undefined)";
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    const entries = member instanceof Map ? [...(member as Map<string, unknown>)] : Object.entries(member);
    return entries.sort(([one], [other]) => (one < other ? -1 : 1));
  });
