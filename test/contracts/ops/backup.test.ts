import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadApp, type AppInProcess } from "../../support/app-in-process.ts";
import { startBackends, type Backends } from "../../support/backends.ts";
import { notification, post, sampleHost, subscribe, subscribePath } from "../api/api-under-test.ts";
import { allRows } from "../purge/purge-under-test.ts";
import { pushSettingsOf, startLocalService, type LocalService } from "../webpush-service/local-service.ts";
import { keptRows, newFolder } from "./backup-under-test.ts";
import { command, linesOf } from "./operator.ts";

/** The app as it is shipped, on tables, bus and push service of its own, and an operator beside it. */
let backends: Backends;
let push: LocalService;
let app: AppInProcess;
let folder: Awaited<ReturnType<typeof newFolder>>;
beforeAll(async () => {
  [backends, push, folder] = await Promise.all([startBackends(), startLocalService(), newFolder()]);
  app = await loadApp(backends.settings(pushSettingsOf(push)));
});
afterAll(async () => {
  await app.close();
  await Promise.all([push.stop(), backends.stop(), folder.remove()]);
});

const backup = (...args: string[]) =>
  command(["backup", ...args], {
    env: { TablesConnection: backends.tables.connectionString, DATA_KEYS: backends.secrets.dataKey },
  });

/** All rows of all tables are deleted: nobody knows anything any more, but for what instances remember. */
const loseEverything = async (): Promise<void> => {
  const { tables } = backends.tables;
  for (const table of Object.values(tables))
    for await (const { partitionKey, rowKey } of table.all())
      await table.write({ kind: "delete", partitionKey, rowKey });
  expect(await allRows(tables)).toEqual([]);
};

const feedPath = `/v1.0/me/notifications/?targetHostName=${sampleHost}`;
const deltaPath = `/v1.0/me/notifications/delta?targetHostName=${sampleHost}`;

/** A browser of somebody's, which has a notification and has read its feed. */
const livingIn = async () => {
  const authorization = await backends.authorization(backends.apps.sample, `${crypto.randomUUID()}@contoso.com`);
  const server = await backends.authorization(backends.apps.sample);
  const device = await push.control.createDevice();
  const subscribed = await subscribe(app, authorization, { deviceId: device.deviceId, channel: device.channel });
  expect(subscribed.status, subscribed.text).toBe(201);
  const { userNotificationSubscriptionId: unsid } = subscribed.json as { userNotificationSubscriptionId: string };
  const headers = { authorization };
  const ring = async (rawContent: string): Promise<readonly string[]> => {
    await push.control.clearReceived();
    const posted = await post(app, notification({ payload: { rawContent } }), {
      unsid,
      headers: { authorization: server },
    });
    expect(posted.status, posted.text).toBe(201);
    const [message] = await backends.bus.take(1);
    await app.deliver(message?.body);
    return (await push.control.received()).map(({ deviceId, status }) => `${deviceId} ${status}`);
  };
  expect(await ring("before")).toEqual([`${device.deviceId} 201`]);
  const read = await app.ask("GET", deltaPath, { headers });
  expect(read.status, read.text).toBe(200);
  const link = new URL((read.json as Record<string, string>)["@odata.deltaLink"]!);
  return {
    unsid,
    device: device.deviceId,
    secrets: [unsid, JSON.stringify(device.channel), (device.channel as { endpoint: string }).endpoint],
    ring,
    subscriptions: () => app.ask("GET", subscribePath, { headers }),
    list: () => app.ask("GET", feedPath, { headers }),
    etags: async () => {
      const { json } = await app.ask("GET", feedPath, { headers });
      return (json as { value: { "@odata.etag": string }[] }).value.map((one) => one["@odata.etag"]);
    },
    goOn: () => app.ask("GET", `${link.pathname}${link.search}`, { headers }),
  };
};

test("a browser that had subscribed before all tables were lost rings again by the UNSID it was given, and is told to start over", async () => {
  const browser = await livingIn();
  const before = await keptRows(backends.tables.tables);
  const told = await backup("export", "--out", folder.folder, "--json");
  expect(told.code, told.stderr).toBe(0);
  const [name] = await readdir(folder.folder);
  const file = folder.at(name!);
  expect(name).toMatch(/^fanfare-\d{8}T\d{6}Z\.jsonl\.gz$/);
  expect(linesOf(told.stdout)).toMatchObject([{ file, counts: { app: 3, subscription: 1 } }]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  for (const secret of [...browser.secrets, backends.secrets.dataKey])
    expect(told.stderr + told.stdout).not.toContain(secret);

  await loseEverything();
  expect(await browser.goOn()).toMatchObject({ status: 410 });
  const dry = await backup("restore", file, "--dry-run");
  expect(dry).toMatchObject({ code: 0, stderr: expect.stringContaining("The backup is whole.") });
  expect(await allRows(backends.tables.tables)).toEqual([]);
  expect(await backup("restore", file)).toMatchObject({ code: 64, stderr: expect.stringContaining("--yes") });
  const back = await backup("restore", file, "--yes");
  expect(back).toMatchObject({ code: 0, stdout: expect.stringMatching(/subscriptions +1 +0 +0\n/) });
  expect(await keptRows(backends.tables.tables)).toEqual(before);

  expect(await browser.ring("after")).toEqual([`${browser.device} 201`]);
  expect(await browser.goOn()).toMatchObject({ status: 410 });
  expect((await browser.list()).json).toMatchObject({ value: [{ payload: { rawContent: "after" } }] });
  expect((await browser.subscriptions()).json).toMatchObject({ value: [{ deviceId: browser.device }] });

  const again = await backup("restore", file, "--yes", "--json");
  expect(linesOf(again.stdout)).toMatchObject([
    { puts: { app: { restored: 0, there: 3 }, subscription: { restored: 0, there: 1 }, unsid: { there: 1 } } },
  ]);
  const audit = await command(["audit", "--json"], { env: { TablesConnection: backends.tables.connectionString } });
  expect(linesOf(audit.stdout).map(({ act, outcome, counts }) => ({ act, outcome, counts }))).toEqual([
    { act: "backup restore", outcome: "done", counts: {} },
    { act: "backup restore", outcome: "done", counts: { apps: 3, subscriptions: 1, unsids: 1 } },
  ]);
});

test("a backup that is there is not overwritten, and one that is cut short or changed puts nothing back and is exit code 64", async () => {
  const file = folder.at("plain.jsonl");
  expect((await backup("export", "--out", file)).code).toBe(0);
  expect(await backup("export", "--out", file)).toMatchObject({
    code: 64,
    stderr: expect.stringContaining("is there already"),
  });
  const text = await readFile(file, "utf8");
  await writeFile(file, text.slice(0, -200));
  expect(await backup("restore", file, "--yes")).toMatchObject({
    code: 64,
    stderr: expect.stringMatching(/in line \d/),
  });
  await writeFile(file, text.replace("graphnotifications", "grafnotifications"));
  expect(await backup("restore", file, "--yes")).toMatchObject({
    code: 64,
    stderr: expect.stringMatching(/in line \d/),
  });
});

test("after older tables came back every client starts over once, and has what there is", async () => {
  const browser = await livingIn();
  expect(await browser.goOn()).toMatchObject({ status: 200 });
  const told = await backup("renew-epochs", "--yes", "--json");
  expect(told.code, told.stderr).toBe(0);
  expect(linesOf(told.stdout)).toMatchObject([{ outcome: "renewed", at: null }]);
  expect(await browser.goOn()).toMatchObject({ status: 410 });
  expect(await browser.etags()).toHaveLength(1);
  expect(await browser.ring("after")).toEqual([`${browser.device} 201`]);
  const etags = await browser.etags();
  expect(etags).toHaveLength(2);
  expect(new Set(etags.map((etag) => etag.split(".")[0])).size).toBe(1);
});
