import { expect, test } from "vitest";
import { localQueues } from "../../infra/local/queues.ts";
import { parseQueues } from "../../infra/local/service-bus/queue-settings.ts";
import declared from "../../infra/queues.json" with { type: "json" };
import { fanoutQueue } from "../../shared/fanout/fanout.ts";
import { tableNames } from "../../shared/storage/table.ts";
import { deployed, deployedWhole, exampleParameters, ofType, propertiesOf, samples } from "./support/deployments.ts";
import type { Evaluated } from "./support/evaluated-module.ts";

const whole = deployedWhole();
const plain = deployed();
const both: readonly [string, Evaluated][] = [
  ["all switched on", whole],
  ["nothing switched on", plain],
];
const one = (deployment: Evaluated, type: string) => {
  const [resource, ...more] = ofType(deployment, type);
  expect(more).toEqual([]);
  return propertiesOf(resource);
};

test("the queues are those of infra/queues.json, whose other reader is the laptop's broker", async () => {
  const made = ofType(plain, "Microsoft.ServiceBus/namespaces/queues").map(({ body }) => ({
    name: body.name,
    properties: body.properties,
  }));
  expect(made).toEqual(declared);
  expect(made.map(({ name }) => name)).toEqual([fanoutQueue]);
  // On the laptop a killed consumer's message comes back sooner; nothing else differs.
  const asOn = (queues: ReturnType<typeof parseQueues>) =>
    queues.map(({ name, lockMs: _lock, properties }) => ({ name, properties: { ...properties, lockDuration: "" } }));
  expect(asOn(await localQueues(""))).toEqual(asOn(parseQueues(made, "the deployment")));
});

test("what a queue declares, the service knows by that name", () => {
  // https://learn.microsoft.com/azure/templates/microsoft.servicebus/namespaces/queues, SBQueueProperties
  const known = [
    "autoDeleteOnIdle",
    "deadLetteringOnMessageExpiration",
    "defaultMessageTimeToLive",
    "duplicateDetectionHistoryTimeWindow",
    "enableBatchedOperations",
    "enableExpress",
    "enablePartitioning",
    "forwardDeadLetteredMessagesTo",
    "forwardTo",
    "lockDuration",
    "maxDeliveryCount",
    "maxMessageSizeInKilobytes",
    "maxSizeInMegabytes",
    "requiresDuplicateDetection",
    "requiresSession",
    "status",
  ];
  expect(known).toEqual(expect.arrayContaining(declared.flatMap(({ properties }) => Object.keys(properties))));
});

test("every table of the app is made by the deployment, and none that it has not", () => {
  const made = ofType(plain, "Microsoft.Storage/storageAccounts/tableServices/tables").map(({ body }) => body.name);
  expect(made.sort()).toEqual([...tableNames].sort());
});

test.each(both)("nothing can be reached with a key: %s", (_, deployment) => {
  for (const account of ofType(deployment, "Microsoft.Storage/storageAccounts")) {
    expect(propertiesOf(account)).toMatchObject({
      allowSharedKeyAccess: false,
      allowBlobPublicAccess: false,
      supportsHttpsTrafficOnly: true,
      minimumTlsVersion: "TLS1_2",
    });
  }
  expect(ofType(deployment, "Microsoft.Storage/storageAccounts")).toHaveLength(2);
  expect(one(deployment, "Microsoft.ServiceBus/namespaces")).toMatchObject({
    disableLocalAuth: true,
    minimumTlsVersion: "1.2",
  });
  expect(one(deployment, "Microsoft.Insights/components")).toMatchObject({ DisableLocalAuth: true });
  expect(one(deployment, "Microsoft.OperationalInsights/workspaces")).toMatchObject({
    features: { disableLocalAuth: true },
  });
  expect(one(deployment, "Microsoft.KeyVault/vaults")).toMatchObject({
    enableRbacAuthorization: true,
    enablePurgeProtection: true,
    enableSoftDelete: true,
  });
  const passwords = ofType(deployment, "Microsoft.Web/sites/basicPublishingCredentialsPolicies");
  expect(passwords.map(({ body }) => [body.name, body.properties])).toEqual([
    ["ftp", { allow: false }],
    ["scm", { allow: false }],
  ]);
});

test("on a network of its own storage, vault and a Premium bus have no public address, and each has a private one", () => {
  for (const type of [
    "Microsoft.Storage/storageAccounts",
    "Microsoft.KeyVault/vaults",
    "Microsoft.ServiceBus/namespaces",
  ])
    for (const resource of ofType(whole, type))
      expect(propertiesOf(resource)).toMatchObject({ publicNetworkAccess: "Disabled" });
  const addressed = ofType(whole, "Microsoft.Network/privateEndpoints").map((endpoint) => {
    const [connection] = propertiesOf(endpoint).privateLinkServiceConnections as [
      { readonly properties: { readonly privateLinkServiceId: string; readonly groupIds: readonly string[] } },
    ];
    const { privateLinkServiceId, groupIds } = connection.properties;
    return `${privateLinkServiceId.split("/").slice(1, 3).join("/")} ${groupIds.join()}`;
  });
  expect(addressed.sort()).toEqual([
    "Microsoft.KeyVault/vaults vault",
    "Microsoft.ServiceBus/namespaces namespace",
    "Microsoft.Storage/storageAccounts blob",
    "Microsoft.Storage/storageAccounts table",
  ]);
  expect(one(whole, "Microsoft.Web/sites").virtualNetworkSubnetId).toMatch(/subnets\/.*\/app$/);
});

test("a Standard bus, which can have no private address, stays reachable on a private network", () => {
  const mixed = deployed({ privateNetwork: true });
  expect(one(mixed, "Microsoft.ServiceBus/namespaces")).toMatchObject({ publicNetworkAccess: "Enabled" });
  expect(ofType(mixed, "Microsoft.Network/privateEndpoints")).toHaveLength(3);
});

test("without a network of its own none is made", () => {
  expect(plain.resources.filter(({ type }) => type.startsWith("Microsoft.Network/"))).toEqual([]);
  expect(one(plain, "Microsoft.Web/sites").virtualNetworkSubnetId).toBeNull();
});

test("secrets reach the vault when they are given, and are left alone when not", () => {
  const secretsOf = (deployment: Evaluated) =>
    ofType(deployment, "Microsoft.KeyVault/vaults/secrets").map(({ body }) => body.name);
  expect(secretsOf(whole)).toEqual(["data-keys", "vapid-private-key"]);
  expect(secretsOf(plain)).toEqual([]);
});

test("no secret stands anywhere but in the vault", () => {
  const elsewhere = whole.resources.filter(({ type }) => type !== "Microsoft.KeyVault/vaults/secrets");
  const told = JSON.stringify([elsewhere, whole.outputs]);
  expect(told).not.toContain(samples.dataKeys);
  expect(told).not.toContain(samples.vapidPrivateKey);
});

test("namespace, tables, vault and app tell the workspace; a log for each row only who asks for it", () => {
  const told = (deployment: Evaluated) =>
    ofType(deployment, "Microsoft.Insights/diagnosticSettings").map(({ scope, body }) => {
      const { logs = [] } = body.properties as { readonly logs?: readonly { readonly enabled: boolean }[] };
      return [scope?.type, logs.some(({ enabled }) => enabled)];
    });
  const expected = (tables: boolean) => [
    ["Microsoft.Storage/storageAccounts/tableServices", tables],
    ["Microsoft.ServiceBus/namespaces", true],
    ["Microsoft.KeyVault/vaults", true],
    ["Microsoft.Web/sites", false],
  ];
  expect(told(plain)).toEqual(expected(false));
  expect(told(deployed({ logTableRequests: true }))).toEqual(expected(true));
});

test("what can have tags has them", () => {
  const tagged = [
    "Microsoft.Web/",
    "Microsoft.Storage/",
    "Microsoft.ServiceBus/",
    "Microsoft.KeyVault/",
    "Microsoft.Network/",
  ];
  const bare = deployed({ privateNetwork: true, tags: { costCentre: "7" } }).resources.filter(
    ({ type, body }) =>
      tagged.some((start) => type.startsWith(start)) &&
      type.split("/").length === 2 &&
      !JSON.stringify(body.tags).includes("costCentre"),
  );
  expect(bare.map(({ type }) => type)).toEqual([]);
});

test("the example's parameters are taken, whether they name little or much", () => {
  const little = {
    TOKEN_AUDIENCES: "api://a,api://b",
    VAPID_PUBLIC_KEY: samples.vapidPublicKey,
    VAPID_SUBJECT: "mailto:a@b.example",
  };
  expect(() => deployed(exampleParameters(little))).not.toThrow();
  expect(exampleParameters(little)).toMatchObject({
    dataKeys: "",
    tokenAudiences: ["api://a", "api://b"],
    corsAllowedOrigins: [],
  });
  const much = exampleParameters({
    ...little,
    APNS_CREDENTIALS: "default,tenant2",
    CORS_ALLOWED_ORIGINS: "https://a.example",
  });
  expect(much).toMatchObject({
    channelCredentials: { apns: ["default", "tenant2"], fcm: [], wns: [] },
    corsAllowedOrigins: ["https://a.example"],
  });
  expect(() => deployed(much)).not.toThrow();
});
