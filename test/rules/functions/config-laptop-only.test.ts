import { expect, test } from "vitest";
import { readConfig } from "../../../functions/config.ts";
import { azure, type Environment, faultsOf, laptop, laptopOnly } from "./environments.ts";

test("an emulator's administration is where a laptop says; left empty, there is none", () => {
  expect(readConfig({ ...laptop, SERVICEBUS_ADMIN_URL: "http://127.0.0.1:5300" }).busAdminUrl).toBe(
    "http://127.0.0.1:5300",
  );
  expect(readConfig({ ...laptop, SERVICEBUS_ADMIN_URL: "" }).busAdminUrl).toBeUndefined();
  expect(faultsOf({ ...laptop, SERVICEBUS_ADMIN_URL: "5300" })).toEqual([
    expect.stringMatching(/^SERVICEBUS_ADMIN_URL must be/),
  ]);
});

test.each(laptopOnly)("on a laptop %s is taken: %j", (_, changes) => {
  expect(faultsOf({ ...laptop, ...changes })).toEqual([]);
});

const missingSigns: readonly [string, Environment, RegExp][] = [
  [
    "another environment",
    { AZURE_FUNCTIONS_ENVIRONMENT: "Production" },
    /AZURE_FUNCTIONS_ENVIRONMENT is not Development/,
  ],
  ["no environment", { AZURE_FUNCTIONS_ENVIRONMENT: undefined }, /AZURE_FUNCTIONS_ENVIRONMENT is not Development/],
  ["a public URL elsewhere", { PUBLIC_URL: "https://notify.contoso.com" }, /PUBLIC_URL is not loopback/],
  ["a public URL that looks local", { PUBLIC_URL: "https://127.0.0.1.example" }, /PUBLIC_URL is not loopback/],
  ...["WEBSITE_INSTANCE_ID", "WEBSITE_SITE_NAME", "WEBSITE_POD_NAME", "IDENTITY_ENDPOINT"].map(
    (name): [string, Environment, RegExp] => [name, { [name]: "x" }, new RegExp(`${name} is set, as on Azure`)],
  ),
];

test.each(missingSigns)("with %s, everything that only a laptop may do is refused", (_, signs, why) => {
  for (const [name, changes] of laptopOnly) {
    const faults = faultsOf({ ...laptop, ...changes, ...signs }).filter((fault) => fault.startsWith(name));
    expect(faults).toEqual([expect.stringMatching(/local development only/)]);
    expect(faults[0]).toMatch(why);
  }
});

test("plain http in public is refused wherever one sign of a laptop is missing", () => {
  expect(faultsOf({ ...azure, PUBLIC_URL: "http://notify.contoso.com" })).toEqual([
    expect.stringMatching(/^PUBLIC_URL: plain http is for local development only, and /),
  ]);
  expect(faultsOf({ ...laptop, WEBSITE_SITE_NAME: "x" })).toEqual([
    expect.stringMatching(/^PUBLIC_URL: plain http is for local development only, and WEBSITE_SITE_NAME is set/),
  ]);
});
