import { describe, expect, test } from "vitest";
import { vendorAccountsIn } from "../../../infra/local/vendor-accounts.ts";
import { connected } from "../../../infra/ops/connect.ts";
import type { Check } from "../../../infra/ops/doctor/check.ts";
import { examine, type Found } from "../../../infra/ops/doctor/examine.ts";
import { readSettings } from "../../../infra/ops/doctor/settings.ts";
import { serviceCases } from "./doctor-service.cases.ts";
import { settingsCases } from "./doctor-settings.cases.ts";
import { storesCases } from "./doctor-stores.cases.ts";
import { dataDir, here, oneStackIsExamined, secrets, serviceIs } from "./doctor-under-test.ts";
import { command, linesOf } from "./operator.ts";

oneStackIsExamined();

test("a healthy stack is all ok, exit code 0; and nothing that is told holds a secret", async () => {
  const told = await command(["doctor"], { env: here() });
  expect(told).toMatchObject({ code: 0, stderr: "" });
  expect(told.stdout).toMatch(/^\d+ ok, 0 warnings, 0 wrong, 0 not checked\.$/m);
  const { stdout } = await command(["doctor", "--json"], { env: here() });
  const [document] = linesOf(stdout);
  expect(document).toMatchObject({ ok: true });
  expect((document?.findings as Found[]).map(({ verdict }) => verdict)).not.toContain("unknown");
  const accounts = await vendorAccountsIn(dataDir);
  const hidden = [secrets.dataKey.slice(3), secrets.vapid.privateKey, secrets.serviceBusKey, secrets.tablesKey];
  for (const secret of [...hidden, accounts.wns.clientSecret, accounts.apns.privateKey.split("\n")[1]!]) {
    expect(told.stdout + stdout).not.toContain(secret);
  }
});

test("something wrong is exit code 1, and told with its cure", async () => {
  serviceIs({ ready: 503, checks: { tables: "ok", serviceBus: "failing" } });
  const told = await command(["doctor"], { env: here() });
  expect(told).toMatchObject({ code: 1, stderr: "One thing is wrong.\n" });
  expect(told.stdout).toMatch(
    /^WRONG +service +127\.0\.0\.1:\d+ is live and not ready: it cannot use serviceBus\.\n +→ see /m,
  );
});

test("a check that hangs or throws holds no other, and what it threw is told without a secret", async () => {
  const hanging: Check = { name: "hanging", look: () => new Promise(() => undefined) };
  const throwing: Check = {
    name: "throwing",
    look: () => Promise.reject(new Error("SharedAccessKey=hunter2hunter2=")),
  };
  const fine: Check = { name: "fine", look: () => Promise.resolve([{ verdict: "ok", sentence: "Well." }]) };
  await connected({ env: here() }, async (connection) => {
    const patient = { connection, env: {}, settings: readSettings({}), config: undefined, isOnline: false };
    const stop = new AbortController();
    const found = await examine(patient, [hanging, throwing, fine], { stop: stop.signal, withinMs: 50 });
    expect(found.map(({ check, verdict }) => [check, verdict])).toEqual([
      ["hanging", "unknown"],
      ["throwing", "unknown"],
      ["fine", "ok"],
    ]);
    expect(JSON.stringify(found)).not.toContain("hunter2");
    const waiting = examine(patient, [hanging], { stop: stop.signal });
    stop.abort();
    await expect(waiting).rejects.toThrow();
  });
});

describe("the service", serviceCases);
describe("the settings", settingsCases);
describe("the stores", storesCases);
