import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startRedis } from "./redis.ts";

test("a Redis that is not there is told apart from one that does not start", async () => {
  const directory = await mkdtemp(join(tmpdir(), "fanfare-bench-redis-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const wish = { directory, durable: false };
  expect(await startRedis({ ...wish, program: "no-such-redis-server" })).toBeUndefined();
  await expect(startRedis({ ...wish, program: process.execPath })).rejects.toThrow("before it accepted connections");
});
