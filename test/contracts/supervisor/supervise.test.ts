import { afterEach, beforeEach, expect, test } from "vitest";
import { until } from "../../support/until.ts";
import { fakeStack, isAlive, untilGone, type FakeStack } from "./fake-parts.ts";

let stack: FakeStack;
beforeEach(async () => {
  stack = await fakeStack();
});
afterEach(() => stack.end());

const pidOf = (name: string): number => stack.running().find((part) => part.name === name)!.pid;
const noted = (text: string, times = 1) =>
  until(async () => (await stack.journal()).filter((line) => line === text).length >= times, { what: text });
const steady = `note("up"); stay();`;

test("a start resolves when the part is ready, not before", async () => {
  let isOpen = false;
  const door = stack.part("door", steady, { missing: () => Promise.resolve(isOpen ? undefined : "closed") });
  let resolved = false;
  const started = stack.start(door).then(() => (resolved = true));
  await noted("door up");
  expect(resolved).toBe(false);
  isOpen = true;
  await started;
  expect(stack.running()).toEqual([{ name: "door", pid: expect.any(Number), ports: [] }]);
});

test("what a part prints carries its name, the last line before its end included", async () => {
  const talker = stack.part(
    "talker",
    `console.log("one\\ntwo"); process.stderr.write("cannot go on"); process.exit(64);`,
  );
  await stack.start(talker).catch(() => undefined);
  for (const line of ["talker: one", "talker: two", "talker: cannot go on"]) expect(stack.printed()).toContain(line);
});

test("a part killed while healthy comes back in another process, however often", async () => {
  await stack.start(stack.part("phoenix", steady));
  for (const times of [2, 3, 4]) {
    const before = pidOf("phoenix");
    process.kill(before, "SIGKILL");
    await noted("phoenix up", times);
    expect(pidOf("phoenix")).not.toBe(before);
  }
  await until(() => stack.printed().includes("phoenix: is back"), { what: "the message that it is back" });
  expect(stack.printed()).toContain("phoenix: was ended by SIGKILL; restarting in 0.1 s");
});

test("three crashes in a row give a part up, with an error that names it", async () => {
  const start = stack.start(stack.part("crasher", `note("tried"); process.exit(3);`));
  await expect(start).rejects.toMatchObject({
    exitCode: 1,
    message: "crasher ended with exit code 3, the third crash in a row within a minute of its start.",
  });
  expect(await stack.journal()).toEqual(Array(3).fill("crasher tried"));
  await expect(stack.failed).resolves.toMatchObject({ exitCode: 1 });
});

test("a part that says it cannot start is not started again", async () => {
  const start = stack.start(stack.part("proud", `note("tried"); console.error("port 1 is in use"); process.exit(64);`));
  await expect(start).rejects.toMatchObject({ exitCode: 64 });
  expect(await stack.journal()).toEqual(["proud tried"]);
  expect(stack.printed()).toBe("proud: port 1 is in use");
});

test("a part that is never ready is killed, told why, and given up the third time", async () => {
  await stack.end();
  stack = await fakeStack(60);
  const start = stack.start(stack.part("sleeper", `stay();`));
  await expect(start).rejects.toMatchObject({ exitCode: 1 });
  expect(stack.printed()).toContain("sleeper: not ready after 0.06 s (it is not up): killed");
});

test("parts stop group after group, and the next group only when the last is gone", async () => {
  const orderly = `process.on("SIGTERM", () => setTimeout(() => { note("ended"); process.exit(); }, 40)); ${steady}`;
  await Promise.all(["tables", "host", "bus", "extra"].map((name) => stack.start(stack.part(name, orderly))));
  await stack.stop([
    { names: ["host"], killedAfterMs: 2_000 },
    { names: ["bus"], killedAfterMs: 4_000 },
    { names: ["tables"], killedAfterMs: 6_000 },
  ]);
  const ends = (await stack.journal()).filter((line) => line.endsWith("ended"));
  expect(ends).toEqual(["host ended", "bus ended", "tables ended", "extra ended"]);
  expect(stack.running()).toEqual([]);
});

test("what does not stop in time is killed, with all it started", async () => {
  const stubborn = `
    process.on("SIGTERM", () => {});
    const child = require("node:child_process").spawn(process.execPath, ["--eval", "setInterval(() => {}, 1e6)"]);
    note("child " + child.pid);
    ${steady}`;
  await stack.start(stack.part("stubborn", stubborn));
  const child = Number(/child (\d+)/.exec((await stack.journal()).join())?.[1]);
  const parent = pidOf("stubborn");
  expect(isAlive(child)).toBe(true);
  await stack.stop([{ names: ["stubborn"], killedAfterMs: 50 }]);
  expect(isAlive(parent)).toBe(false);
  await untilGone(child);
});

test("the leftovers of a part that died are cleared away before it is started again", async () => {
  const parent = `
    const child = require("node:child_process").spawn(process.execPath, ["--eval", "setInterval(() => {}, 1e6)"]);
    note("child " + child.pid);
    ${steady}`;
  await stack.start(stack.part("parent", parent));
  const child = Number(/child (\d+)/.exec((await stack.journal()).join())?.[1]);
  process.kill(pidOf("parent"), "SIGKILL");
  await untilGone(child);
  await noted("parent up", 2);
});

test("a stop ends a wait for a restart, and nothing is started afterwards", async () => {
  const flapping = `note("up"); setTimeout(() => process.kill(process.pid, "SIGKILL"), 20); stay();`;
  await stack.start(stack.part("flapping", flapping));
  await until(() => stack.printed().includes("restarting in 0.8 s"), { what: "a long wait" });
  const before = await stack.journal();
  const askedAt = performance.now();
  await stack.stop([]);
  expect(performance.now() - askedAt).toBeLessThan(600);
  await expect(stack.start(stack.part("late", steady))).rejects.toMatchObject({ exitCode: 0 });
  expect(await stack.journal()).toEqual(before);
});
