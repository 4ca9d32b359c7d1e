import { expect, test } from "vitest";
import { deployed, deployedWhole, ofType } from "./support/deployments.ts";
import { misfits } from "./support/misfits.ts";

const lost = "/subscriptions/s/resourceGroups/rg-lost/providers/Microsoft.Storage/storageAccounts/stdatalost";

test.each([
  ["with all that can be switched on", deployedWhole()],
  ["with nothing switched on", deployed()],
  [
    "with a Standard bus on a private network, on tables that are there, told of to somebody",
    deployed({
      existingDataAccountId: lost,
      privateNetwork: true,
      recoverVault: true,
      updateStrategy: "RollingUpdate",
      logTableRequests: true,
      alertEmails: ["a@contoso.example"],
      alertWebhooks: { pager: "https://pager.contoso.example" },
    }),
  ],
])(
  "every property is one that its resource has in that version, and nothing it must have is missing: %s",
  (_, made) => {
    expect(made.resources.flatMap(misfits)).toEqual([]);
  },
);

const [account] = ofType(deployed(), "Microsoft.Storage/storageAccounts");
const withProperties = (change: Readonly<Record<string, unknown>>) => {
  if (!account) throw new Error("there is no account");
  return misfits({ ...account, body: { ...account.body, ...change } });
};

test.each([
  ["a property in another case", { Kind: "StorageV2" }, "has no Kind"],
  ["a property deep down", { properties: { networkAcls: { defaultAction: "Deny", byPass: "None" } } }, "byPass"],
  ["a value that is not taken", { sku: { name: "Standard_XRS" } }, 'sku.name cannot be "Standard_XRS"'],
  [
    "a value of another kind",
    { properties: { allowSharedKeyAccess: "false" } },
    'allowSharedKeyAccess cannot be "false"',
  ],
  ["one that must be there", { sku: {} }, "needs sku.name"],
  ["one inside that must be there", { properties: { networkAcls: {} } }, "needs properties.networkAcls.defaultAction"],
  ["a list for an object", { tags: [] }, "tags is no list"],
])("a fault is found: %s", (_, change, told) => {
  expect(withProperties(change)).toEqual([expect.stringContaining(told)]);
});
