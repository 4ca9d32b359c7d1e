import { beforeEach, expect, test } from "vitest";
import type { Answer, DeltaPage, FeedApi, FeedChange } from "../../../shared/client/feed-api.ts";

/** One user's feed with nothing in it, and how an app server posts to it. */
export type FeedUnderTest = {
  readonly api: FeedApi;
  /** Resolves to the id; the same name replaces. */
  readonly post: (name: string, raw: string) => Promise<string>;
};

const valueOf = <T>(answer: Answer<T>): T => {
  if (answer.kind !== "ok") throw new Error(`It was answered ${answer.kind}: ${answer.reason}`);
  return answer.value;
};

/** What every port to a feed promises: the model that the client's tests believe in, and the service itself. */
export const feedApiCases = (newFeed: () => Promise<FeedUnderTest>): void => {
  let api: FeedApi;
  let post: FeedUnderTest["post"];
  beforeEach(async () => {
    ({ api, post } = await newFeed());
  });

  const pass = async (from?: string): Promise<{ readonly changes: FeedChange[]; readonly last: DeltaPage }> => {
    const changes: FeedChange[] = [];
    for (let link = from; ;) {
      const page = valueOf(await api.delta({ link }));
      changes.push(...page.changes);
      if (page.mark !== undefined) return { changes, last: page };
      link = page.link;
    }
  };
  const told = (changes: readonly FeedChange[]) =>
    changes.map((one) =>
      one.kind === "gone"
        ? [one.id]
        : [one.notification.id, one.notification.payload.rawContent, one.notification.readState],
    );
  const etagOf = async (id: string): Promise<string> => {
    const found = (await pass()).changes.find((one) => one.kind === "live" && one.notification.id === id);
    return found?.kind === "live" ? found.etag : "none";
  };

  test("a pass tells all there is, each once, and ends at the mark; the next one tells what has changed since", async () => {
    const ids = [await post("a", "1"), await post("b", "2"), await post("c", "3")];
    const first = await pass();
    expect(told(first.changes)).toEqual(ids.map((id, index) => [id, String(index + 1), "unread"]));
    const last = first.changes.at(-1);
    expect(last?.kind === "live" && last.etag).toBe(first.last.mark);
    expect(first.last.mark).toMatch(/^[\w-]+\.3$/);
    expect(await post("a", "4")).toBe(ids[0]);
    valueOf(await api.remove({ id: ids[1]! }));
    const next = await pass(first.last.link);
    expect(told(next.changes)).toEqual([[ids[0], "4", "unread"], [ids[1]]]);
    expect(next.last.mark).toMatch(/\.5$/);
    expect((await pass(next.last.link)).changes).toEqual([]);
  });

  test("an empty feed has a mark, too", async () => {
    const { changes, last } = await pass();
    expect([changes, last.mark]).toEqual([[], ".0"]);
    await post("a", "1");
    expect((await pass(last.link)).changes).toHaveLength(1);
  });

  test("a change is made only to what is known: with an ETag that has passed it is refused, and made with the new one", async () => {
    const id = await post("a", "1");
    const etag = await etagOf(id);
    const first = valueOf(await api.change({ id, change: { readState: "read" }, etag }));
    expect(first.notification).toMatchObject({ id, readState: "read", userActionState: "noInteraction" });
    const second = await api.change({ id, change: { userActionState: "dismissed" }, etag });
    expect(second.kind).toBe("changed");
    expect((await api.remove({ id, etag })).kind).toBe("changed");
    const third = valueOf(await api.change({ id, change: { userActionState: "dismissed" }, etag: first.etag }));
    expect(third.notification).toMatchObject({ readState: "read", userActionState: "dismissed" });
    expect(await etagOf(id)).toBe(third.etag);
  });

  test("the same change once more is answered alike, and so is a deletion; what was never there is not found", async () => {
    const id = await post("a", "1");
    const first = valueOf(await api.change({ id, change: { readState: "read" } }));
    const again = valueOf(await api.change({ id, change: { readState: "read" }, etag: first.etag }));
    expect(again.notification.readState).toBe("read");
    for (let times = 0; times < 2; times += 1)
      expect(await api.remove({ id, etag: again.etag })).toMatchObject({ kind: "ok" });
    expect((await api.change({ id, change: { readState: "read" } })).kind).toBe("not-found");
    expect((await api.remove({ id: "00000000-0000-7000-8000-00000000ffff" })).kind).toBe("not-found");
    expect(await post("a", "2")).not.toBe(id);
  });

  test("of many, those are changed that the feed has", async () => {
    const [one, two] = [await post("a", "1"), await post("b", "2")];
    const ids = [one, "00000000-0000-7000-8000-00000000ffff", two];
    expect((await api.changeMany({ ids, change: { readState: "read" } })).kind).toBe("ok");
    expect(told((await pass()).changes).map(([, , readState]) => readState)).toEqual(["read", "read"]);
  });

  test("a link that is none, or not any more, is answered: start over", async () => {
    for (const link of ["$deltatoken=rubbish", "$skiptoken=rubbish"]) {
      expect((await api.delta({ link })).kind).toBe("gone");
    }
  });
};
