import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Found } from "../../../infra/ops/doctor/examine.ts";
import { localSettings } from "../../../infra/ops/doctor/settings-given.file.ts";
import { broker, dataDir, here, examined, amiss, blamed, expectOnly } from "./doctor-under-test.ts";
import { command, linesOf } from "./operator.ts";

const otherKey = `k1:${Buffer.alloc(32, 7).toString("base64")}`;

/** What the settings say, the terminal's or those of a file. */
export const settingsCases = (): void => {
  test.each([
    [{ DATA_KEYS: otherKey }, "data keys", "wrong", /^DATA_KEYS is not the service's/],
    [
      { APNS_CREDENTIAL_DEFAULT: "hunter2" },
      "credentials",
      "wrong",
      /^APNS_CREDENTIAL_DEFAULT must be JSON: [^]*[^2]$/,
    ],
    [{ FCM_CREDENTIAL_SECOND: "{}" }, "credentials", "wrong", /^FCM_CREDENTIAL_SECOND must be the JSON file/],
    [{ CORS_ALLOWED_ORIGINS: "*" }, "CORS", "warning", /allows every page/],
    [
      { CORS_ALLOWED_ORIGINS: "http://app.contoso.com" },
      "CORS",
      "warning",
      /without https: http:\/\/app\.contoso\.com/,
    ],
  ])("with the settings %j, %s is found %s, and nothing else", async (changes, check, verdict, sentence) => {
    expectOnly(await examined(changes), check, verdict, sentence);
  });

  test("settings the app would not start with are told by name; what needs them is not blamed", async () => {
    const found = await examined({ VAPID_SUBJECT: undefined, BACKLOG_LIMIT: "hunter2" });
    expect(blamed(found)).toEqual([
      "settings: VAPID_SUBJECT is required.",
      "settings: BACKLOG_LIMIT must be a whole number from 1 to 1000000000.",
    ]);
    const unlooked = ["issuers", "data keys", "VAPID", "credentials", "CORS"];
    expect(amiss(found).flatMap(({ check, verdict }) => (verdict === "unknown" ? check : []))).toEqual(unlooked);
  });

  test("Key Vault references are said not to be looked at, and are no faults", async () => {
    const reference = "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/x)";
    const names = ["DATA_KEYS", "VAPID_PRIVATE_KEY", "APNS_CREDENTIAL_DEFAULT"];
    const found = await examined(Object.fromEntries(names.map((name) => [name, reference])));
    expect(blamed(found)).toEqual([]);
    const unlooked = found.find(({ check, verdict }) => check === "settings" && verdict === "unknown");
    for (const name of names) expect(unlooked?.sentence).toContain(name);
  });

  test.each([
    [
      "az's list",
      (all: [string, string][]) => JSON.stringify(all.map(([name, value]) => ({ name, value, slotSetting: false }))),
    ],
    ["an object", (all: [string, string][]) => JSON.stringify(Object.fromEntries(all))],
  ])(
    "--settings takes %s, and looks at the Fanfare it names; a fault in it is told without its value",
    async (_, written) => {
      const { connectionString, adminUrl } = broker;
      const all = { ...(await localSettings(here())), DATA_KEYS: "hunter2" };
      const path = join(dataDir, "settings.json");
      await writeFile(
        path,
        written(Object.entries({ ...all, ServiceBusConnection: connectionString, SERVICEBUS_ADMIN_URL: adminUrl })),
      );
      const told = await command(["doctor", "--settings", path, "--json"], { env: {} });
      expect(told.code).toBe(1);
      expect(told.stdout).toContain("DATA_KEYS must be one or more id:key pairs");
      expect(told.stdout).not.toContain("hunter2");
    },
  );

  test("settings that name no Fanfare are told as that, and not about the stack that runs here", async () => {
    const path = join(dataDir, "nameless.json");
    await writeFile(
      path,
      `\uFEFF${JSON.stringify({ PUBLIC_URL: "https://fanfare.contoso.com", DATA_KEYS: "hunter2" })}`,
    );
    const told = await command(["doctor", "--settings", path], { env: here() });
    expect(told.code).toBe(1);
    expect(told.stdout).toContain("TablesConnection or TablesConnection__endpoint is required");
    expect(told.stdout).not.toContain(dataDir);
  });

  test("a connection string that is none, and a URL that is none, are wrong and not merely unknown; they are not quoted", async () => {
    const env = { TablesConnection: "hunter2", ServiceBusConnection: "hunter2", PUBLIC_URL: "hunter2" };
    const told = await command(["doctor", "--json"], { env });
    expect(told).toMatchObject({ code: 1, stderr: "3 things are wrong.\n" });
    const wrongs = (linesOf(told.stdout)[0]?.findings as Found[]).filter(({ verdict }) => verdict === "wrong");
    expect(wrongs.map(({ check, sentence }) => `${check}: ${sentence}`)).toEqual([
      "service: PUBLIC_URL is no http(s) URL.",
      "tables: TablesConnection is not a connection string of that service.",
      "queue: ServiceBusConnection is not a connection string of that service.",
    ]);
    expect(told.stdout).not.toContain("hunter2");
  });

  test.each(["", "{", "[1]"])("a file of settings that is %j is wrong usage, and is not quoted", async (text) => {
    const path = join(dataDir, "wrong.json");
    await writeFile(path, text);
    const told = await command(["doctor", "--settings", path], { env: here() });
    expect(told).toMatchObject({
      code: 64,
      stdout: "",
      stderr: expect.stringMatching(/^--settings takes the app's settings/),
    });
  });
};
