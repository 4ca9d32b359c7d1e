import { expect, it } from "vitest";
import { lackedBy } from "../../../shared/client/inbox/inbox-client.ts";

it("knows by its methods what can stand in for a client, and names those that are lacked", () => {
  const names = ["addEventListener", "changes", "live", "sync", "update", "delete", "markAllRead"];
  const whole = Object.fromEntries(names.map((name) => [name, () => undefined]));
  expect(lackedBy(whole)).toEqual([]);
  expect(lackedBy(Object.create(whole))).toEqual([]);
  expect(lackedBy({ ...whole, sync: "now" })).toEqual(["sync"]);
  for (const nothing of [{}, "client", 7, null]) expect(lackedBy(nothing)).toEqual(names);
});
