import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClassicLevel } from "classic-level";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CannotStart } from "../../../infra/local/cannot-start.ts";
import { openLevelStore } from "../../../infra/local/service-bus/level-store.ts";
import { memoryStore } from "../../../infra/local/service-bus/memory-store.ts";
import type { Store } from "../../../infra/local/service-bus/store.ts";

let folder: string;
let opened: Store[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fanfare-store-"));
  opened = [];
});
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(opened.map((store) => store.close()));
  await rm(folder, { recursive: true });
});

const onDisk = async (onFailure: (error: unknown) => void = (error) => expect.fail(String(error))): Promise<Store> => {
  const store = await openLevelStore(join(folder, "store"), onFailure);
  opened.push(store);
  return store;
};
const keysOf = async (store: Store, prefix: string): Promise<string[]> => {
  const keys: string[] = [];
  for await (const [key] of store.list(prefix)) keys.push(key);
  return keys;
};

describe.each([
  { name: "on disk", open: onDisk },
  { name: "in memory", open: () => Promise.resolve(memoryStore()) },
])("a store $name", ({ open }) => {
  test("reads what was committed, and nothing for a key that is not there or was deleted", async () => {
    const store = await open();
    store.put("a", Buffer.from("1"));
    store.put("b", Buffer.from("2"));
    store.put("a", Buffer.from("3"));
    store.delete("b");
    await store.committed();
    const read = await store.read(["a", "b", "c"]);
    expect(read.map((value) => value?.toString())).toEqual(["3", undefined, undefined]);
  });

  test("lists by key, only those with the prefix", async () => {
    const store = await open();
    for (const key of ["q/2", "q/10", "p/1", "q", "q/1"]) store.put(key, Buffer.alloc(0));
    await store.committed();
    expect(await keysOf(store, "q/")).toEqual(["q/1", "q/10", "q/2"]);
  });
});

test("what is put in one turn is written as one group, and groups keep their order", async () => {
  const batch = vi.spyOn(ClassicLevel.prototype, "batch");
  const store = await onDisk();
  for (let value = 0; value < 100; value += 1) store.put(`key-${value % 10}`, Buffer.from(String(value)));
  await store.committed();
  expect(batch).toHaveBeenCalledTimes(1);
  expect((await store.read(["key-3"])).map(String)).toEqual(["93"]);
});

test("what was committed, or put before a clean close, is there after opening again", async () => {
  const store = await onDisk();
  store.put("a", Buffer.from("1"));
  await store.committed();
  store.put("b", Buffer.from("2"));
  await store.close();
  opened = [];
  expect((await (await onDisk()).read(["a", "b"])).map(String)).toEqual(["1", "2"]);
});

test("after a failed write nothing is told as committed and nothing more is written; the failure is told once", async () => {
  const failures: unknown[] = [];
  const store = await onDisk((error) => failures.push(error));
  opened = [];
  const batch = vi
    .spyOn(ClassicLevel.prototype, "batch")
    .mockImplementationOnce(() => Promise.reject(new Error("disk full")) as never);
  store.put("a", Buffer.from("1"));
  const told = vi.fn();
  void store.committed().then(told);
  await vi.waitFor(() => expect(failures).toHaveLength(1));
  store.put("b", Buffer.from("2"));
  void store.committed().then(told);
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).not.toHaveBeenCalled();
  expect(batch).toHaveBeenCalledTimes(1);
});

test("a second process on the same folder is told so", async () => {
  await onDisk();
  await expect(onDisk()).rejects.toThrow(CannotStart);
  await expect(onDisk()).rejects.toThrow(/in use/);
});
