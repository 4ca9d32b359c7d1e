import { expect, it } from "vitest";
import { assertClient } from "../../../shared/client/inbox/inbox-client.ts";

it("knows by its methods what can stand in for a client, and names those that are lacked", () => {
  const names = ["addEventListener", "changes", "live", "sync", "update", "delete", "markAllRead"];
  const whole = Object.fromEntries(names.map((name) => [name, () => undefined]));
  for (const client of [whole, Object.create(whole) as object]) expect(() => assertClient(client)).not.toThrow();
  expect(() => assertClient({ ...whole, sync: "now" })).toThrow(/: this lacks sync\.$/);
  for (const nothing of [{}, "client", 7]) expect(() => assertClient(nothing)).toThrow(TypeError);
  expect(() => assertClient("client")).toThrow(names.join(", "));
});
