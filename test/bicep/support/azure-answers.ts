/** What Azure answers about a resource that is there, as far as our files ask: texts of the right form, of no real cloud. */
export const propertiesOf = (type: string, name: string): Readonly<Record<string, unknown>> =>
  answers[type]?.(name) ?? {};

const answers: Readonly<Record<string, ((name: string) => Readonly<Record<string, unknown>>) | undefined>> = {
  "Microsoft.Insights/components": () => ({
    ConnectionString:
      "InstrumentationKey=00000000-0000-4000-8000-000000000001;IngestionEndpoint=https://insights.example/",
  }),
  "Microsoft.KeyVault/vaults": (name) => ({ vaultUri: `https://${name}.vault.example/` }),
  "Microsoft.ManagedIdentity/userAssignedIdentities": () => ({
    principalId: "00000000-0000-4000-8000-000000000002",
    clientId: "00000000-0000-4000-8000-000000000003",
  }),
  "Microsoft.ServiceBus/namespaces": (name) => ({ serviceBusEndpoint: `https://${name}.servicebus.example:443/` }),
  "Microsoft.Storage/storageAccounts": (name) => ({
    primaryEndpoints: { blob: `https://${name}.blob.core.example/`, table: `https://${name}.table.core.example/` },
  }),
  "Microsoft.Web/sites": (name) => ({ defaultHostName: `${name}.sites.example` }),
};
