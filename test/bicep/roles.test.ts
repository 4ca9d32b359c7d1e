import { expect, test } from "vitest";
import { deployed, deployedWhole, ofType, propertiesOf } from "./support/deployments.ts";

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
const roleNames: Readonly<Record<string, string>> = {
  "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
  "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3": "Storage Table Data Contributor",
  "090c5cfd-751d-490a-894a-3ce6f1109419": "Azure Service Bus Data Owner",
  "3913510d-42f4-4e42-8a64-420c390055eb": "Monitoring Metrics Publisher",
  "4633458b-17de-408a-b874-0445c86b69e6": "Key Vault Secrets User",
  "b86a8fe4-44ce-4948-aee5-eccb2c155cd7": "Key Vault Secrets Officer",
  "43d0d8ad-25c7-4714-9337-8ba259a9fe05": "Monitoring Reader",
  "de139f84-1756-47ae-9be6-808fbbe84772": "Website Contributor",
};

const assignments = (deployment = deployedWhole()) =>
  ofType(deployment, "Microsoft.Authorization/roleAssignments").map((resource) => {
    const { principalId, principalType, roleDefinitionId } = propertiesOf(resource);
    const roleId = String(roleDefinitionId).split("/").at(-1) ?? "";
    return { principalId, principalType, roleId, role: roleNames[roleId], on: resource.scope, name: resource.fullName };
  });

const app = "00000000-0000-4000-8000-000000000002";
const operator = "00000000-0000-4000-8000-000000000009";
const rightsOf = (principal: string, deployment = deployedWhole()) =>
  assignments(deployment)
    .filter(({ principalId }) => principalId === principal)
    .map(({ role, on }) =>
      on ? `${role} on ${on.type} ${String(on.name).replace(/[\da-f]{13}$/, "…")}` : `${role} on the resource group`,
    )
    .sort();

test("the app has these rights, each on the one thing it is for, and none on the table of operators' acts", () => {
  const tables = ["apps", "deliveries", "expiries", "feeds", "throttles", "tokens", "unsids"];
  expect(rightsOf(app)).toEqual([
    "Azure Service Bus Data Owner on Microsoft.ServiceBus/namespaces/queues fanout",
    "Key Vault Secrets User on Microsoft.KeyVault/vaults kv-…",
    "Monitoring Metrics Publisher on Microsoft.Insights/components appi-fanfare-…",
    "Storage Blob Data Owner on Microsoft.Storage/storageAccounts sthost…",
    ...tables.map(
      (table) => `Storage Table Data Contributor on Microsoft.Storage/storageAccounts/tableServices/tables ${table}`,
    ),
  ]);
});

test("the operator has the rights that the commands and the runbook need", () => {
  expect(rightsOf(operator)).toEqual([
    "Azure Service Bus Data Owner on Microsoft.ServiceBus/namespaces/queues fanout",
    "Key Vault Secrets Officer on Microsoft.KeyVault/vaults kv-…",
    "Monitoring Reader on the resource group",
    "Storage Table Data Contributor on Microsoft.Storage/storageAccounts stdata…",
    "Website Contributor on Microsoft.Web/sites fanfare-…",
  ]);
});

test("an operator who is not to manage the app has no right to change it", () => {
  const watched = deployed({ operatorPrincipalId: operator, operatorManagesApp: false });
  expect(rightsOf(operator, watched).filter((right) => right.includes("Microsoft.Web"))).toEqual([]);
  expect(rightsOf(operator, watched)).toHaveLength(4);
});

test("without an operator nobody but the app is given anything", () => {
  expect([...new Set(assignments(deployed()).map(({ principalId }) => principalId))]).toEqual([app]);
});

test("on the resource group nobody may more than look, and nothing is above it", () => {
  const onGroup = assignments().filter(({ on }) => on === undefined);
  expect(onGroup.map(({ role, principalId }) => [role, principalId])).toEqual([["Monitoring Reader", operator]]);
});

test("an assignment is named after its scope, its principal and its role, so that a repeated deployment finds it", () => {
  for (const { name, on, principalId, roleId } of assignments())
    expect(name).toBe(`(a guid of ${on?.id ?? "(the id of (the resource group))"}, ${String(principalId)}, ${roleId})`);
  const names = assignments().map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test("the kind of each principal is said: the identity may be too new to be found otherwise", () => {
  for (const { principalId, principalType } of assignments())
    expect(principalType).toBe(principalId === app ? "ServicePrincipal" : "Group");
});
