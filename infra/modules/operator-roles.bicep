// What whoever runs the operator's commands and follows the runbook may do; what they may do with rows is said beside the tables (tables.bicep).

@description('Object id of the operator.')
param operatorPrincipalId string

@description('What the operator is.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param operatorPrincipalType string

@description('Whether the operator may restart the app and read and change its settings.')
param managesApp bool

@description('Name of the app.')
param appName string

@description('Name of the Service Bus namespace.')
param namespaceName string

@description('Names of its queues.')
param queueNames string[]

@description('Name of the vault.')
param vaultName string

// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var roles = {
  monitoringReader: '43d0d8ad-25c7-4714-9337-8ba259a9fe05'
  websiteContributor: 'de139f84-1756-47ae-9be6-808fbbe84772'
  serviceBusDataOwner: '090c5cfd-751d-490a-894a-3ce6f1109419'
  keyVaultSecretsOfficer: 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
}

resource app 'Microsoft.Web/sites@2025-05-01' existing = {
  name: appName
}

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' existing = {
  name: namespaceName
}

resource queue 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' existing = [
  for name in queueNames: {
    parent: namespace
    name: name
  }
]

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: vaultName
}

// On the group, the one right that is: deployments, the activity log and the alerts that fire are the group's, and so is the list of what is
// in it. It reads settings of resources and their logs, and neither rows, messages nor secrets.
resource onGroup 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(resourceGroup().id, operatorPrincipalId, roles.monitoringReader)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.monitoringReader)
    principalId: operatorPrincipalId
    principalType: operatorPrincipalType
  }
}

// No role that is there allows a restart and not the deployment of other code, too.
resource onApp 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (managesApp) {
  name: guid(app.id, operatorPrincipalId, roles.websiteContributor)
  scope: app
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.websiteContributor)
    principalId: operatorPrincipalId
    principalType: operatorPrincipalType
  }
}

resource onQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for i in range(0, length(queueNames)): {
    name: guid(queue[i].id, operatorPrincipalId, roles.serviceBusDataOwner)
    scope: queue[i]
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.serviceBusDataOwner)
      principalId: operatorPrincipalId
      principalType: operatorPrincipalType
    }
  }
]

// Officer, for it is the operator who rotates keys and puts the vendors' credentials there.
resource onSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, operatorPrincipalId, roles.keyVaultSecretsOfficer)
  scope: vault
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.keyVaultSecretsOfficer)
    principalId: operatorPrincipalId
    principalType: operatorPrincipalType
  }
}
