import { expect, expectTypeOf, it } from "vitest";
import type { NotificationsChange, Standing } from "../../../shared/client/fanfare.ts";
import { modelFeed } from "../model-feed.ts";
import { modelFeedApi } from "../model-feed-api.ts";
import { browser } from "./browser.ts";

it("a listener is told by its types what an event is about, and hears no more once it is removed", async () => {
  const feed = modelFeed({ pageSize: 100 });
  const { client } = browser({ now: feed.now, api: modelFeedApi(feed) }).open();
  const heard: unknown[] = [];
  const onChange = ({ detail }: CustomEvent<NotificationsChange>): void => void heard.push(detail.added.length);
  client.addEventListener("change", onChange);
  client.addEventListener("standing", ({ detail }) => {
    expectTypeOf(detail).toEqualTypeOf<Standing>();
    heard.push(detail.answer.kind);
  });
  client.addEventListener("change", ({ detail }) => expectTypeOf(detail).toEqualTypeOf<NotificationsChange>(), {
    once: true,
  });
  client.addEventListener("something else", (event) => expectTypeOf(event).toEqualTypeOf<Event>());
  // @ts-expect-error: a change is no standing
  client.addEventListener("change", ({ detail }: CustomEvent<Standing>) => heard.push(detail.unsent));
  feed.post({ name: "a", raw: "1" });
  await client.sync();
  client.removeEventListener("change", onChange);
  feed.post({ name: "b", raw: "2" });
  await client.sync();
  expect(heard.filter((one) => one !== undefined)).toEqual([1, "ok", "ok"]);
  expectTypeOf(client).toExtend<EventTarget>();
  client.close();
});
