import { expect, test } from "vitest";
import { readConfig } from "../../functions/config.ts";
import { laptopFaults } from "../../functions/laptop-only.ts";
import { settingsSchema } from "../../functions/settings.ts";
import { credentialSettings } from "../../shared/channels/served.ts";
import { bicepFiles, declaredOf } from "./support/bicep-files.ts";
import { assignedTo } from "./support/declared.ts";
import { deployed, deployedWhole, settingsOf } from "./support/deployments.ts";
import { resolvedSettings } from "./support/resolved-settings.ts";

const read = Object.keys(settingsSchema.shape);
const isLaptopOnly = (name: string): boolean => laptopFaults({ [name]: "x" }).some((fault) => fault.startsWith(name));
/** With an identity there is none. */
const byKey = ["ServiceBusConnection", "TablesConnection"];
/** Those of the platform, which sets them by itself. */
const platformSets = ["AZURE_FUNCTIONS_ENVIRONMENT", "WEBSITE_SITE_NAME"];
/** Those that the functions host reads, or Azure's SDK, and the app does not. */
const forOthers = [
  "AZURE_CLIENT_ID",
  "AzureWebJobsDisableHomepage",
  "AzureWebJobsStorage__blobServiceUri",
  "AzureWebJobsStorage__clientId",
  "AzureWebJobsStorage__credential",
  "OTEL_EXPORTER_OTLP_PROTOCOL",
  "OTEL_TRACES_SAMPLER",
  "OTEL_TRACES_SAMPLER_ARG",
  "ServiceBusConnection__credential",
];
const isCredential = (name: string): boolean =>
  Object.values(credentialSettings).some((start) => name.startsWith(start));

/** What limitsType lets a deployment set: its properties, each with the decorators before it. */
const limits = bicepFiles.flatMap((file) =>
  declaredOf(file, "type")
    .filter(({ name }) => name === "limitsType")
    .flatMap(({ node }) => {
      const parts = assignedTo(node).namedChildren;
      return parts.flatMap((part, index) => {
        if (part.type !== "object_property") return [];
        const before = parts[index - 1]?.text ?? "";
        const bound = (which: string): number | undefined => {
          const [, digits] = new RegExp(`@${which}\\((\\d+)\\)`).exec(before) ?? [];
          return digits === undefined ? undefined : Number(digits);
        };
        return [{ name: part.firstNamedChild?.text ?? "", before, min: bound("minValue"), max: bound("maxValue") }];
      });
    }),
);

test("a deployment can set each setting that the app reads, and none that it does not", () => {
  const settable = new Set([...Object.keys(settingsOf(deployedWhole())), ...limits.map(({ name }) => name)]);
  const ofApp = [...settable].filter((name) => !forOthers.includes(name) && !isCredential(name));
  const wanted = read.filter((name) => !isLaptopOnly(name) && !byKey.includes(name) && !platformSets.includes(name));
  expect(ofApp.sort()).toEqual(wanted.sort());
});

test("what is for the host and the SDK is what the list says", () => {
  const set = Object.keys(settingsOf(deployedWhole()));
  expect(set.filter((name) => !read.includes(name) && !isCredential(name)).sort()).toEqual(forOthers);
});

test("nothing that only a laptop may have can be set", () => {
  const laptopOnly = read.filter(isLaptopOnly);
  expect(laptopOnly).toContain("PUSH_EXTRA_CA");
  const text = bicepFiles.map(({ tree }) => tree.text).join("\n");
  expect(laptopOnly.filter((name) => new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
});

test("the type of the limits is closed: a name that is not in it is refused when Bicep is compiled", () => {
  const types = bicepFiles.flatMap((file) => declaredOf(file, "type"));
  expect(types.map(({ name }) => name).sort()).toEqual(["channelCredentialsType", "limitsType"]);
  for (const { decorators } of types) expect(decorators).toHaveProperty("sealed");
});

test.each(limits)("$name is described, and its bounds are the app's own", ({ name, before, min, max }) => {
  expect(before).toContain("@description(");
  const takes = (value: number): boolean => settingsSchema.partial().safeParse({ [name]: String(value) }).success;
  if (min !== undefined) expect([takes(min), takes(min - 1)]).toEqual([true, false]);
  if (max !== undefined) expect([takes(max), takes(max + 1)]).toEqual([true, false]);
});

test("a limit that is given reaches the app, and one that is not keeps its default", () => {
  const settings = settingsOf(deployed({ limits: { ALWAYS_201: "true", LIVE_WAIT_SECONDS: 0 } }));
  expect(settings).toMatchObject({ ALWAYS_201: "true", LIVE_WAIT_SECONDS: "0" });
  expect(settings).not.toHaveProperty("BACKLOG_LIMIT");
});

test("every secret is a reference to the vault, by its setting's name and without a version", () => {
  const settings = settingsOf(deployedWhole());
  const references = Object.entries(settings).filter(([, value]) => value.startsWith("@"));
  expect(references.map(([name, value]) => [name, /\/secrets\/([\w-]+)\)$/.exec(value)?.[1]])).toEqual([
    ["DATA_KEYS", "data-keys"],
    ["VAPID_PRIVATE_KEY", "vapid-private-key"],
    ["VAPID_PREVIOUS_PRIVATE_KEY", "vapid-previous-private-key"],
    ["OTEL_EXPORTER_OTLP_HEADERS", "otel-exporter-otlp-headers"],
    ["APNS_CREDENTIAL_DEFAULT", "apns-credential-default"],
    ["FCM_CREDENTIAL_DEFAULT", "fcm-credential-default"],
    ["FCM_CREDENTIAL_TENANT_2", "fcm-credential-tenant-2"],
    ["WNS_CREDENTIAL_DEFAULT", "wns-credential-default"],
  ]);
  for (const [, value] of references)
    expect(value).toMatch(/^@Microsoft\.KeyVault\(SecretUri=https:\/\/[\w.-]+\/secrets\/[\w-]+\)$/);
});

test.each([
  ["as few parameters as it takes", deployed],
  ["all that can be switched on", deployedWhole],
])("the app takes the settings of a deployment with %s", (_, deployment) => {
  const config = readConfig(resolvedSettings(settingsOf(deployment())));
  expect(config.publicUrl).toMatch(/^https:\/\/fanfare-/);
  expect([config.bus.kind, config.tables.kind]).toEqual(["identity", "identity"]);
});

test("the first start, before anybody has put the keys into the vault, says which they are", () => {
  expect(() => readConfig(settingsOf(deployed()))).toThrow(/DATA_KEYS must be[^]*VAPID_PRIVATE_KEY must be/);
});

test.each([
  ["5", "0.05"],
  ["0", "0.00"],
  ["12", "0.12"],
  ["100", "1"],
  ["0.1", "0.001"],
  ["12.5", "0.125"],
])("of a hundred of the host's own spans %s are kept, as of the app's", (percent, ratio) => {
  const settings = settingsOf(deployed({ telemetrySamplePercent: percent }));
  expect(Number(ratio)).toBe(readConfig({ ...resolvedSettings(settings) }).telemetry.samplePercent / 100);
  expect(settings).toMatchObject({
    TELEMETRY_SAMPLE_PERCENT: percent,
    OTEL_TRACES_SAMPLER: "microsoft.fixed_percentage",
    OTEL_TRACES_SAMPLER_ARG: ratio,
  });
});

test("a deployment that says nothing of samples keeps as many traces as the app does by itself", () => {
  const settings = settingsOf(deployed());
  const { TELEMETRY_SAMPLE_PERCENT: _said, ...unsaid } = settings;
  const kept = readConfig(resolvedSettings(unsaid)).telemetry.samplePercent;
  expect(kept).toBeGreaterThan(0);
  expect(readConfig(resolvedSettings(settings)).telemetry.samplePercent).toBe(kept);
  expect(Number(settings.OTEL_TRACES_SAMPLER_ARG)).toBe(kept / 100);
});

test("a collector is told over HTTP, which is all that the app speaks, by the host as well", () => {
  expect(settingsOf(deployedWhole())).toMatchObject({ OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf" });
  expect(settingsOf(deployed())).not.toHaveProperty("OTEL_EXPORTER_OTLP_PROTOCOL");
});

test("origins that are let in no more are taken away: no origin is an empty list, and not nothing said", () => {
  const site = deployed().resources.find(({ type }) => type === "Microsoft.Web/sites");
  expect(site?.body).toMatchObject({ properties: { siteConfig: { cors: { allowedOrigins: [] } } } });
});

test("pages of the origins that the platform lets in may read the app's headers, too", () => {
  const corsAllowedOrigins = ["https://a.example", "https://b.example"];
  const deployment = deployed({ corsAllowedOrigins });
  const site = deployment.resources.find(({ type }) => type === "Microsoft.Web/sites");
  expect(site?.body).toMatchObject({
    properties: { siteConfig: { cors: { allowedOrigins: corsAllowedOrigins, supportCredentials: false } } },
  });
  expect(settingsOf(deployment).CORS_ALLOWED_ORIGINS).toBe(corsAllowedOrigins.join(","));
});
