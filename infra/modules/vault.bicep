// The vault of this app alone: who may read its secrets is said once for all of them (app-roles.bicep, operator-roles.bicep).

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Name of the vault.')
@minLength(3)
@maxLength(24)
param vaultName string

@description('Whether a deleted vault of that name is brought back: purge protection keeps the name for 90 days.')
param recover bool

@description('Whether the vault is reached by a private endpoint alone.')
param isPrivate bool

@description('Whether it is locked against deletion.')
param isLocked bool

@description('DATA_KEYS of the first deployment. Empty: what stands in the vault stays, so that a deployment undoes no rotation.')
@secure()
param dataKeys string

@description('VAPID_PRIVATE_KEY of the first deployment. Empty: what stands in the vault stays.')
@secure()
param vapidPrivateKey string

@description('Id of the Log Analytics workspace.')
param workspaceId string

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: vaultName
  location: location
  tags: tags
  properties: {
    createMode: recover ? 'recover' : 'default'
    tenantId: subscription().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    // What DATA_KEYS encrypted is lost with them: for 90 days nobody, we included, can lose them for good.
    enablePurgeProtection: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      defaultAction: isPrivate ? 'Deny' : 'Allow'
      bypass: 'None'
    }
  }
}

resource dataKeysSecret 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = if (!empty(dataKeys)) {
  parent: vault
  name: 'data-keys'
  properties: {
    value: dataKeys
    contentType: 'id:base64 pairs'
  }
}

resource vapidSecret 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = if (!empty(vapidPrivateKey)) {
  parent: vault
  name: 'vapid-private-key'
  properties: {
    value: vapidPrivateKey
    contentType: 'base64url'
  }
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (isLocked) {
  name: 'no-deletion'
  scope: vault
  properties: {
    level: 'CanNotDelete'
    notes: 'What DATA_KEYS sealed cannot be read without it. infra/README.md, "Teardown", says how the lock is lifted.'
  }
}

// Who read which secret, for an incident. Logs alone: the platform keeps metrics for 93 days for nothing, and in the workspace they are paid for.
resource told 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
  }
}

output vaultId string = vault.id
output vaultName string = vault.name
output vaultUri string = vault.properties.vaultUri
