/** The account of the local tables. Its key is made at first start, unlike Azurite's own, which is public. */
export const tablesAccount = "fanfare";

/** How to reach the local tables, as the Azure SDKs take it. `key` is base64. */
export const tablesConnectionString = (port: number, key: string, account = tablesAccount): string =>
  [
    "DefaultEndpointsProtocol=http",
    `AccountName=${account}`,
    `AccountKey=${key}`,
    `TableEndpoint=http://127.0.0.1:${port}/${account}`,
    "",
  ].join(";");

/** The account with its blobs, as the Functions runtime of Azure wants it. */
export const storageConnectionString = (
  ports: { readonly tables: number; readonly blobs: number },
  key: string,
): string =>
  `${tablesConnectionString(ports.tables, key)}BlobEndpoint=http://127.0.0.1:${ports.blobs}/${tablesAccount};`;
