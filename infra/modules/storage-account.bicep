// A storage account that nobody has a key of. There are two: the host's leases must not wait behind the app's rows, and who may read rows
// need not be able to replace the code.

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Name of the account.')
@minLength(3)
@maxLength(24)
param accountName string

@description('Redundancy of what it holds.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_RAGRS', 'Standard_GZRS', 'Standard_RAGZRS'])
param redundancy string

@description('Names of its blob containers.')
param containerNames string[]

@description('Whether it is reached by private endpoints alone.')
param isPrivate bool

@description('Whether it is locked against deletion.')
param isLocked bool

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: accountName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: redundancy
  }
  properties: {
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

  resource blobs 'blobServices' existing = {
    name: 'default'
  }
}

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = [
  for name in containerNames: {
    parent: account::blobs
    name: name
    properties: {
      publicAccess: 'None'
    }
  }
]

// What stands in the account is not locked: rows come and go.
resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (isLocked) {
  name: 'no-deletion'
  scope: account
  properties: {
    level: 'CanNotDelete'
    notes: 'There is no backup of tables but what you make. infra/README.md, "Teardown", says how the lock is lifted.'
  }
}

output accountId string = account.id
output blobEndpoint string = account.properties.primaryEndpoints.blob
