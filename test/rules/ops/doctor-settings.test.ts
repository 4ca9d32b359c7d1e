import { createECDH } from "node:crypto";
import { expect, test } from "vitest";
import { readSettings } from "../../../infra/ops/doctor/settings.ts";

const reference = "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/x)";
const newKey = (): string => createECDH("prime256v1").generateKeys("base64url");

/** As the deployment gives them: secrets are references. */
const azure = {
  PUBLIC_URL: "https://fanfare.contoso.com",
  ServiceBusConnection__fullyQualifiedNamespace: "contoso.servicebus.windows.net",
  TablesConnection__endpoint: "https://contoso.table.core.windows.net",
  TOKEN_ISSUERS: "https://login.microsoftonline.com/t/v2.0",
  TOKEN_AUDIENCES: "api://fanfare",
  DATA_KEYS: reference,
  VAPID_PUBLIC_KEY: newKey(),
  VAPID_PRIVATE_KEY: reference,
  VAPID_SUBJECT: "mailto:ops@contoso.com",
};

test("settings as the deployment gives them have no fault, and are told as references", () => {
  const read = readSettings(azure);
  expect(read).toMatchObject({ faults: [], references: ["DATA_KEYS", "VAPID_PRIVATE_KEY"] });
  expect(read.config?.publicUrl).toBe(azure.PUBLIC_URL);
});

test.each(Object.keys(azure))("without %s the app would not start, and that setting is named", (name) => {
  const { config, faults } = readSettings({ ...azure, [name]: undefined });
  expect(config).toBeUndefined();
  expect(faults.join("\n")).toContain(name);
});

const previous = { VAPID_PREVIOUS_PUBLIC_KEY: newKey(), VAPID_PREVIOUS_PRIVATE_KEY: reference };
test.each([
  { changes: { VAPID_PUBLIC_KEY: "hunter2" }, fault: /^VAPID_PUBLIC_KEY must be an uncompressed P-256 public key/ },
  { changes: { ...previous, VAPID_PREVIOUS_PUBLIC_KEY: "hunter2" }, fault: /^VAPID_PREVIOUS_PUBLIC_KEY must be an/ },
  {
    changes: { ...previous, VAPID_PREVIOUS_PUBLIC_KEY: azure.VAPID_PUBLIC_KEY },
    fault: /^VAPID_PREVIOUS_PUBLIC_KEY must not be the current key/,
  },
])("a public key beside a reference is judged by itself: $fault", ({ changes, fault }) => {
  const { config, faults } = readSettings({ ...azure, ...changes });
  expect(config).toBeUndefined();
  expect(faults).toEqual([expect.stringMatching(fault)]);
});

test("of a reference that no stand-in is known for nothing is claimed", () => {
  expect(readSettings({ ...azure, TOKEN_ISSUERS: reference }).faults).toEqual([]);
});

test("while the keys are being changed for one another no reference is blamed: either secret may be either key's", () => {
  for (const changes of [previous, { ...previous, VAPID_PREVIOUS_PUBLIC_KEY: "" }])
    expect(readSettings({ ...azure, ...changes })).toMatchObject({
      faults: [],
      config: { publicUrl: azure.PUBLIC_URL },
    });
});
