// Two accounts: the host's leases must not wait behind the app's rows, and who may read rows need not be able to replace the code.

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Name of the account of the functions host: its leases, and the deployed package.')
@minLength(3)
@maxLength(24)
param hostAccountName string

@description('Name of the account of the app\'s tables.')
@minLength(3)
@maxLength(24)
param dataAccountName string

@description('Redundancy of the host\'s account.')
@allowed(['Standard_LRS', 'Standard_ZRS'])
param hostRedundancy string

@description('Redundancy of the tables.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_RAGRS', 'Standard_GZRS', 'Standard_RAGZRS'])
param dataRedundancy string

@description('Name of the blob container that holds the deployed package.')
param packageContainerName string

@description('Whether the accounts are reached by private endpoints alone.')
param isPrivate bool

@description('Whether each read and write of a row is logged, for an audit. At five requests a notification, the dearest log there is.')
param logTableRequests bool

@description('Id of the Log Analytics workspace.')
param workspaceId string

// The tables of shared/storage/table.ts. The app may not create any: it would need a right that reaches beyond its rows.
var appTables = ['feeds', 'unsids', 'apps', 'deliveries', 'expiries', 'throttles', 'tokens']
// What operators did: none of the app's business, and whoever takes the app over cannot change it.
var operatorTables = ['audit']

var closed = {
  allowSharedKeyAccess: false
  allowBlobPublicAccess: false
  allowCrossTenantReplication: false
  defaultToOAuthAuthentication: true
  supportsHttpsTrafficOnly: true
  minimumTlsVersion: 'TLS1_2'
  publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
  networkAcls: {
    defaultAction: isPrivate ? 'Deny' : 'Allow'
    bypass: 'None'
  }
}

resource host 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: hostAccountName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: hostRedundancy
  }
  properties: closed

  resource blobs 'blobServices' = {
    name: 'default'

    resource packages 'containers' = {
      name: packageContainerName
      properties: {
        publicAccess: 'None'
      }
    }
  }
}

resource data 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: dataAccountName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: dataRedundancy
  }
  properties: closed

  resource tableService 'tableServices' = {
    name: 'default'

    resource tables 'tables' = [
      for name in concat(appTables, operatorTables): {
        name: name
      }
    ]
  }
}

resource told 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: data::tableService
  properties: {
    workspaceId: workspaceId
    metrics: [
      {
        category: 'Transaction'
        enabled: true
      }
    ]
    logs: logTableRequests ? [{ categoryGroup: 'allLogs', enabled: true }] : []
  }
}

output hostAccountId string = host.id
output hostAccountName string = host.name
output dataAccountId string = data.id
output dataAccountName string = data.name
output blobEndpoint string = host.properties.primaryEndpoints.blob
output packageContainerUrl string = '${host.properties.primaryEndpoints.blob}${packageContainerName}'
output appTableNames string[] = appTables
// Without the slash at the end that primaryEndpoints has: clients put one of their own there.
output tableEndpoint string = 'https://${data.name}.table.${environment().suffixes.storage}'
