/**
 * The resource types that may be deployed, and the version of each: one that Bicep knows, for it stands in the vendor's Azure/bicep-types-az
 * (generated/<service>/<provider>/<version>/types.md, looked up in November 2026), and not the newest there is. A version's description is at
 * https://learn.microsoft.com/azure/templates/<type in small letters>
 */
export const apiVersions: Readonly<Record<string, string>> = {
  "Microsoft.Authorization/locks": "2020-05-01",
  "Microsoft.Authorization/roleAssignments": "2022-04-01",
  "Microsoft.Insights/actionGroups": "2023-01-01",
  "Microsoft.Insights/components": "2020-02-02",
  "Microsoft.Insights/diagnosticSettings": "2021-05-01-preview", // there is no newer one, and never was a stable one with categoryGroup
  "Microsoft.Insights/metricAlerts": "2018-03-01",
  "Microsoft.Insights/scheduledQueryRules": "2023-12-01",
  "Microsoft.Insights/workbooks": "2023-06-01",
  "Microsoft.KeyVault/vaults": "2023-07-01",
  "Microsoft.KeyVault/vaults/secrets": "2023-07-01",
  "Microsoft.ManagedIdentity/userAssignedIdentities": "2023-01-31",
  "Microsoft.Network/privateDnsZones": "2020-06-01",
  "Microsoft.Network/privateDnsZones/virtualNetworkLinks": "2020-06-01",
  "Microsoft.Network/privateEndpoints": "2024-05-01",
  "Microsoft.Network/privateEndpoints/privateDnsZoneGroups": "2024-05-01",
  "Microsoft.Network/virtualNetworks": "2024-05-01",
  "Microsoft.OperationalInsights/workspaces": "2023-09-01",
  "Microsoft.ServiceBus/namespaces": "2024-01-01",
  "Microsoft.ServiceBus/namespaces/queues": "2024-01-01",
  "Microsoft.Storage/storageAccounts": "2023-05-01",
  "Microsoft.Storage/storageAccounts/blobServices/containers": "2023-05-01",
  "Microsoft.Storage/storageAccounts/tableServices/tables": "2023-05-01",
  "Microsoft.Web/serverfarms": "2025-05-01", // the first that has siteUpdateStrategy, by Microsoft's own client: npm @azure/arm-appservice 19
  "Microsoft.Web/sites": "2025-05-01",
  "Microsoft.Web/sites/basicPublishingCredentialsPolicies": "2025-05-01",
  "Microsoft.Web/sites/config": "2025-05-01",
};
