import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newServerKeys, push, startLocalService, type LocalService } from "./local-service.ts";

let folder: string;
const keys = newServerKeys();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fanfare-webpush-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs against a service of its own on one and the same folder, which has ended when this resolves. */
const withService = async (receivedKept: number, run: (service: LocalService) => Promise<void>): Promise<void> => {
  const service = await startLocalService({ folder, isEphemeral: false, receivedKept, keys });
  await run(service).finally(service.stop);
};
const contents = async ({ control }: LocalService) => (await control.received()).map(({ content }) => content);

test("devices' keys are readable by their owner alone", async () => {
  await withService(10, async () => {
    expect((await stat(join(folder, "state"))).mode & 0o777).toBe(0o700);
    return Promise.resolve();
  });
});

test("devices are listed in the order they were made, after a restart too", async () => {
  let made: string[] = [];
  await withService(10, async ({ control }) => {
    made = (await control.createDevices({ count: 20 })).map(({ name }) => name);
  });
  await withService(10, async ({ control }) => {
    expect((await control.devices()).map(({ name }) => name)).toEqual(made);
  });
});

test("no more pushes are kept on disk than the setting says, which may change", async () => {
  await withService(10, async (service) => {
    const device = await service.control.createDevice();
    for (let index = 1; index <= 15; index += 1) await push(service, device, { content: String(index) });
  });
  await withService(1_000, async (service) =>
    expect(await contents(service)).toEqual("6 7 8 9 10 11 12 13 14 15".split(" ")),
  );
  await withService(2, async (service) => expect(await contents(service)).toEqual(["14", "15"]));
  await withService(1_000, async (service) => {
    expect(await contents(service)).toEqual(["14", "15"]);
    expect((await service.control.received())[0]?.seq).toBe(14);
  });
});

test("what waited is handed over once, even if it cannot be decrypted", async () => {
  await withService(10, async (service) => {
    const device = await service.control.createDevice({ name: "sleeper" });
    await service.control.setOnline("sleeper", false);
    await push(service, device, { body: Buffer.alloc(200, 65) });
    await push(service, device, { content: "waits" });
  });
  await withService(10, async (service) => {
    const since = (await service.control.received()).at(-1)?.seq ?? 0;
    await service.control.setOnline("sleeper", true);
    expect((await service.control.received(since)).map(({ content }) => content)).toEqual([null, "waits"]);
    await service.control.setOnline("sleeper", false);
  });
  await withService(10, async (service) => {
    const sleeper = (await service.control.devices()).find(({ name }) => name === "sleeper");
    expect(sleeper).toMatchObject({ online: false, waiting: 0, screen: [{ content: "waits" }] });
  });
});
