import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Agent } from "undici";
import { expect, test } from "vitest";
import { exchange } from "../../../shared/channels/egress/exchange.http.ts";

test("a request that waits for a connection ends at its own time, and is not sent when it gets one", async () => {
  const asked: string[] = [];
  let hasAsked: () => void = () => undefined;
  const firstAsked = new Promise<void>((resolve) => (hasAsked = resolve));
  const server = createServer(({ url = "" }) => {
    asked.push(url);
    hasAsked(); // and says nothing
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const agent = new Agent({ connections: 1, pipelining: 1 });
  const ask = (path: string, withinMs: number) =>
    exchange(
      agent,
      { origin, path, method: "POST" },
      { endsAt: performance.now() + withinMs, charactersMost: 100 },
    ).then(
      () => "answered",
      (error: unknown) => (error instanceof Error ? error.name : "?"),
    );
  const first = ask("/hangs", 60_000);
  await firstAsked;
  expect(await Promise.race([ask("/waits", 20), first.then(() => "the first ended before")])).toBe("TimeoutError");
  server.closeAllConnections();
  expect(await first).not.toBe("answered");
  await agent.close();
  await new Promise((resolve) => server.close(resolve));
  expect(asked).toEqual(["/hangs"]);
});
