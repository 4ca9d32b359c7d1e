import { ServiceBusError, type ServiceBusReceivedMessage } from "@azure/service-bus";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepLocked, whileLocked } from "../../../infra/local/functions-host/service-bus/lock.ts";

const lockMilliseconds = 10_000;
const after = (milliseconds: number): Date => new Date(Date.now() + milliseconds);
const message = (): ServiceBusReceivedMessage =>
  ({ lockedUntilUtc: after(lockMilliseconds) }) as ServiceBusReceivedMessage;

const neverLost = (error: Error): never => expect.unreachable(error.message);

beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] }));
afterEach(() => vi.useRealTimers());

test("a lock is renewed at half its time, until its message is released", async () => {
  const renewMessageLock = vi.fn(() => Promise.resolve(after(lockMilliseconds)));
  const release = keepLocked({ renewMessageLock }, message(), { atMost: 60_000, onLost: neverLost });
  await vi.advanceTimersByTimeAsync(4_999);
  expect(renewMessageLock).toHaveBeenCalledTimes(0);
  await vi.advanceTimersByTimeAsync(5_002);
  expect(renewMessageLock).toHaveBeenCalledTimes(2);
  release();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(renewMessageLock).toHaveBeenCalledTimes(2);
});

test("after the longest time that host.json allows, a lock is left to itself", async () => {
  const renewMessageLock = vi.fn(() => Promise.resolve(after(lockMilliseconds)));
  keepLocked({ renewMessageLock }, message(), { atMost: 12_000, onLost: neverLost });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(renewMessageLock).toHaveBeenCalledTimes(2);
});

test("a renewal that fails is tried again while the lock stands; then its loss is told once", async () => {
  const away = new ServiceBusError("away", "ServiceCommunicationProblem");
  const renewMessageLock = vi.fn(() => Promise.reject<Date>(away));
  const onLost = vi.fn();
  keepLocked({ renewMessageLock }, message(), { atMost: 60_000, onLost });
  await vi.advanceTimersByTimeAsync(9_000);
  expect(renewMessageLock.mock.calls.length).toBeGreaterThan(5);
  expect(onLost).toHaveBeenCalledTimes(0);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(onLost.mock.calls).toEqual([[away]]);
});

test("a settlement that nobody answers is waited for until the lock is over, not longer", async () => {
  let isOver = false;
  void whileLocked(message(), new Promise(() => undefined)).then(() => (isOver = true));
  await vi.advanceTimersByTimeAsync(lockMilliseconds - 1);
  expect(isOver).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(isOver).toBe(true);
});

test("a settlement that is answered is not waited for any longer", async () => {
  await whileLocked(message(), Promise.resolve());
  expect(vi.getTimerCount()).toBe(0);
});
