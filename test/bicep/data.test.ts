import { expect, test } from "vitest";
import { tableNames } from "../../shared/storage/table.ts";
import { deployed, deployedWhole, ofType, propertiesOf, settingsOf } from "./support/deployments.ts";
import type { Evaluated } from "./support/evaluated-module.ts";

const account = "Microsoft.Storage/storageAccounts";
const operator = "00000000-0000-4000-8000-000000000009";
const lost = "/subscriptions/s/resourceGroups/rg-lost/providers/Microsoft.Storage/storageAccounts/stdatalost";

/** An environment in another region, on the tables of one whose region was lost. */
const second = deployed({
  existingDataAccountId: lost,
  operatorPrincipalId: operator,
  privateNetwork: true,
  logTableRequests: true,
});

test("on the tables of another environment none of its own are made, and the account itself is left as it is", () => {
  expect(ofType(second, account).map(({ fullName }) => fullName.replace(/[\da-f]{13}$/, "…"))).toEqual(["sthost…"]);
  expect(settingsOf(second).TablesConnection__endpoint).toBe("https://stdatalost.table.core.example");
  expect(second.outputs.TablesConnection__endpoint).toBe("https://stdatalost.table.core.example");
});

test("what is done there is done in the account's own group: the tables, the log, and who may read and write rows", () => {
  const there = second.resources.filter(({ group }) => group === "rg-lost");
  expect(there.map(({ type }) => type)).toEqual([
    ...tableNames.map(() => `${account}/tableServices/tables`),
    ...tableNames.map(() => "Microsoft.Authorization/roleAssignments"), // the app on all but the audit, the operator on the account
    "Microsoft.Insights/diagnosticSettings",
  ]);
  expect(second.resources.filter(({ group }) => group !== undefined && group !== "rg-lost")).toEqual([]);
  const rights = there
    .filter(({ type }) => type === "Microsoft.Authorization/roleAssignments")
    .map((right) => [right.scope?.fullName, propertiesOf(right).principalId]);
  expect(rights.filter(([, principal]) => principal === operator)).toEqual([["stdatalost", operator]]);
  expect(rights.filter(([, principal]) => principal !== operator).map(([scope]) => scope)).toEqual(
    tableNames.filter((name) => name !== "audit").map((name) => `stdatalost/default/${name}`),
  );
});

test("what looks at tables looks there: the private address and the alerts", () => {
  const targets = ofType(second, "Microsoft.Network/privateEndpoints").map((endpoint) =>
    JSON.stringify(propertiesOf(endpoint).privateLinkServiceConnections),
  );
  expect(targets.filter((target) => target.includes(lost))).toHaveLength(1);
  const scopes = ofType(second, "Microsoft.Insights/metricAlerts").flatMap((alert) => propertiesOf(alert).scopes);
  expect(scopes).toContain(`${lost}/tableServices/default`);
  expect(JSON.stringify(scopes)).not.toMatch(/stdata[\da-f]{13}/);
});

const locksOf = (deployment: Evaluated) =>
  ofType(deployment, "Microsoft.Authorization/locks").map((lock) => [
    lock.scope?.type,
    lock.scope?.fullName.replace(/[\da-f]{13}$/, "…"),
    propertiesOf(lock).level,
  ]);

test("what cannot be made anew is locked against deletion where that is asked for, and nothing else", () => {
  expect(locksOf(deployedWhole())).toEqual([
    [account, "stdata…", "CanNotDelete"],
    ["Microsoft.KeyVault/vaults", "kv-…", "CanNotDelete"],
  ]);
  expect(locksOf(deployed())).toEqual([]);
});

test("another environment's account is not locked by this one", () => {
  expect(locksOf(deployed({ existingDataAccountId: lost, deletionLock: true }))).toEqual([
    ["Microsoft.KeyVault/vaults", "kv-…", "CanNotDelete"],
  ]);
});

test("a lock's note is as short as the vendor takes it", () => {
  for (const lock of ofType(deployedWhole(), "Microsoft.Authorization/locks"))
    expect(String(propertiesOf(lock).notes).length).toBeLessThanOrEqual(512);
});
