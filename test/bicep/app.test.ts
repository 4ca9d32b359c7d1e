import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { deployed, deployedWhole, ofType } from "./support/deployments.ts";
import { recordOf, type Evaluated } from "./support/evaluated-module.ts";

const whole = deployedWhole();
const plain = deployed();
const bodyOf = (deployment: Evaluated, type: string) => {
  const [resource, ...more] = ofType(deployment, type);
  expect(more).toEqual([]);
  return recordOf(resource?.body);
};
const one = (deployment: Evaluated, type: string) => recordOf(bodyOf(deployment, type).properties);

test("it runs on Flex Consumption with Node 22, as an identity of its own and as nobody else", () => {
  expect(bodyOf(plain, "Microsoft.Web/serverfarms")).toMatchObject({
    sku: { name: "FC1", tier: "FlexConsumption" },
    properties: { reserved: true, zoneRedundant: false },
  });
  const app = bodyOf(plain, "Microsoft.Web/sites");
  const { id } = ids(plain);
  expect(app).toMatchObject({ kind: "functionapp,linux", identity: { type: "UserAssigned" } });
  expect(Object.keys(recordOf(recordOf(app.identity).userAssignedIdentities))).toEqual([id]);
  expect(app.properties).toMatchObject({
    keyVaultReferenceIdentity: id,
    functionAppConfig: {
      runtime: { name: "node", version: "22" },
      deployment: { storage: { authentication: { userAssignedIdentityResourceId: id } } },
    },
  });
});

/** The identity's id, as the evaluation writes ids. */
const ids = (deployment: Evaluated) => {
  const [identity] = ofType(deployment, "Microsoft.ManagedIdentity/userAssignedIdentities");
  return { id: `/${identity?.type ?? ""}/${identity?.fullName ?? ""}` };
};

test("zones are asked for where they have to be: the plan, and both accounts", () => {
  expect(one(whole, "Microsoft.Web/serverfarms")).toMatchObject({ zoneRedundant: true });
  const redundancies = (deployment: Evaluated) =>
    ofType(deployment, "Microsoft.Storage/storageAccounts").map(({ body }) => recordOf(body.sku).name);
  expect(redundancies(whole)).toEqual(["Standard_ZRS", "Standard_ZRS"]);
  expect(redundancies(plain)).toEqual(["Standard_LRS", "Standard_LRS"]);
  expect(redundancies(deployed({ zoneRedundant: true, dataRedundancy: "Standard_GZRS" }))).toEqual([
    "Standard_ZRS",
    "Standard_GZRS",
  ]);
});

test("logs are kept as long as is said, and no more of a day than is paid for", () => {
  const workspaceOf = (parameters: Readonly<Record<string, unknown>>) =>
    one(deployed(parameters), "Microsoft.OperationalInsights/workspaces");
  expect(workspaceOf({})).toMatchObject({ retentionInDays: 90, workspaceCapping: { dailyQuotaGb: 5 } });
  expect(workspaceOf({ logRetentionDays: 30, logDailyCapGb: -1 })).toMatchObject({
    retentionInDays: 30,
    workspaceCapping: { dailyQuotaGb: -1 },
  });
});

test.each([
  [{ busSku: "Basic" }, "busSku"],
  [{ instanceMemoryMB: 1024 }, "instanceMemoryMB"],
  [{ httpConcurrency: 0 }, "httpConcurrency"],
  [{ logRetentionDays: 731 }, "logRetentionDays"],
  [{ tokenAudiences: [] }, "tokenAudiences"],
  [{ vapidPublicKey: "short" }, "vapidPublicKey"],
  [{ updateStrategy: "BlueGreen" }, "updateStrategy"],
])("what a parameter does not allow is refused before anything is made: %j", (parameters, name) => {
  expect(() => deployed(parameters)).toThrow(new RegExp(`main\\.bicep does not allow ${name} to be`));
});

test("the app speaks TLS 1.2 or later, no FTP, and to whoever asks the same", () => {
  expect(one(whole, "Microsoft.Web/sites")).toMatchObject({
    httpsOnly: true,
    clientAffinityEnabled: false,
    siteConfig: { minTlsVersion: "1.2", scmMinTlsVersion: "1.2", ftpsState: "Disabled" },
  });
});

type App = {
  readonly scaleAndConcurrency: {
    readonly alwaysReady: readonly unknown[];
    readonly triggers: { readonly http: { readonly perInstanceConcurrency: number } };
  };
};
const scaleOf = (deployment: Evaluated) =>
  (one(deployment, "Microsoft.Web/sites").functionAppConfig as App).scaleAndConcurrency;

test("HTTP and deliveries have instances that are always ready, two of each where they are spread over zones", () => {
  const ready = (http: number, deliver: number) => [
    { name: "http", instanceCount: http },
    { name: "function:deliver-notification", instanceCount: deliver },
  ];
  expect(scaleOf(plain).alwaysReady).toEqual(ready(1, 1));
  expect(scaleOf(whole).alwaysReady).toEqual(ready(2, 2));
  expect(scaleOf(deployed({ httpAlwaysReady: 0, deliverAlwaysReady: 0 })).alwaysReady).toEqual([]);
  expect(one(whole, "Microsoft.Web/serverfarms")).toMatchObject({ zoneRedundant: true });
});

test("running instances are ended at once by a deployment, unless they are to be replaced a few after the other", () => {
  const strategyOf = (deployment: Evaluated) =>
    (one(deployment, "Microsoft.Web/sites").functionAppConfig as { readonly siteUpdateStrategy: unknown })
      .siteUpdateStrategy;
  expect(strategyOf(plain)).toEqual({ type: "Recreate" });
  expect(strategyOf(deployed({ updateStrategy: "RollingUpdate" }))).toEqual({ type: "RollingUpdate" });
});

test("the function that has instances of its own is one of the app's", async () => {
  const source = await readFile("functions/index.ts", "utf8");
  expect(source).toContain('app.serviceBusQueue("deliver-notification"');
});
