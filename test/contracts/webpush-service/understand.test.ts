import { expect, test } from "vitest";
import { understand } from "../../../infra/local/webpush/understand.ts";

test("of a notification a person sees the raw content, not its envelope", () => {
  const message = { changeType: "afsChange", notification: { id: "n1", payload: { rawContent: "Dinner is ready" } } };
  expect(understand(JSON.stringify(message))).toEqual({ id: "n1", seen: "Dinner is ready" });
});

test("a tap is told as a tap", () => {
  expect(understand('{"changeType":"afsChangeNotification"}').seen).toMatch(/tap/);
});

test.each(["", "no JSON", "{}", '{"notification":{}}', "null"])(
  "a stranger's message is shown as it is: %j",
  (text) => {
    expect(understand(text)).toEqual({});
  },
);
