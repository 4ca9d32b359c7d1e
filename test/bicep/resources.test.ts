import { expect, test } from "vitest";
import { localQueues } from "../../infra/local/queues.ts";
import { parseQueues } from "../../infra/local/service-bus/queue-settings.ts";
import declared from "../../infra/queues.json" with { type: "json" };
import { fanoutQueue } from "../../shared/fanout/fanout.ts";
import { tableNames } from "../../shared/storage/table.ts";
import {
  deployed,
  deployedWhole,
  everything,
  exampleParameters,
  ofType,
  propertiesOf,
  samples,
} from "./support/deployments.ts";
import { recordOf, type Evaluated } from "./support/evaluated-module.ts";
import known from "./support/resource-properties.json" with { type: "json" };

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

test("what the vault is given is what the deployer gave, to the letter, and nothing of our own", () => {
  for (const [dataKeys, vapidPrivateKey] of [
    ["k1:one", "a"],
    ["k2:two,k1:one", "b"],
  ]) {
    const made = ofType(deployed({ dataKeys, vapidPrivateKey }), "Microsoft.KeyVault/vaults/secrets");
    expect(made.map((secret) => [secret.body.name, propertiesOf(secret).value])).toEqual([
      ["data-keys", dataKeys],
      ["vapid-private-key", vapidPrivateKey],
    ]);
  }
});

test("no secret stands anywhere but in the vault", () => {
  const elsewhere = whole.resources.filter(({ type }) => type !== "Microsoft.KeyVault/vaults/secrets");
  const told = JSON.stringify([elsewhere, whole.outputs]);
  expect(told).not.toContain(samples.dataKeys);
  expect(told).not.toContain(samples.vapidPrivateKey);
});

/** Metrics that the workspace is sent are paid for; alerts and workbook read them where they are kept for nothing. */
test("namespace and vault send the workspace their logs and no metrics; a log for each row only who asks for it", () => {
  const told = (deployment: Evaluated) =>
    ofType(deployment, "Microsoft.Insights/diagnosticSettings").map(({ scope, body }) => [
      scope?.type,
      body.properties,
    ]);
  const properties = {
    workspaceId: expect.stringContaining("workspaces/"),
    logs: [{ categoryGroup: "allLogs", enabled: true }],
  };
  const always = [
    ["Microsoft.ServiceBus/namespaces", properties],
    ["Microsoft.KeyVault/vaults", properties],
  ];
  expect(told(plain)).toEqual(always);
  const rows = ["Microsoft.Storage/storageAccounts/tableServices", properties];
  expect(told(deployed({ logTableRequests: true }))).toEqual([rows, ...always]);
});

test("what can have tags has them", () => {
  const types: Readonly<Record<string, object>> = known;
  const bare = deployed({ ...everything, tags: { costCentre: "7" } }).resources.filter(
    ({ type, body }) => "tags" in (types[type] ?? {}) && recordOf(body.tags).costCentre !== "7",
  );
  expect(bare.map(({ type }) => type)).toEqual([]);
  const untagged = Object.keys(types).filter((type) => !("tags" in (types[type] ?? {})));
  // Of what is of its own and no part of another resource, these have none.
  expect(untagged.filter((type) => type.split("/").length === 2)).toEqual([
    "Microsoft.Authorization/locks",
    "Microsoft.Authorization/roleAssignments",
    "Microsoft.Insights/diagnosticSettings",
  ]);
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
