// The tables, in whatever account they are to be, which may be of another group: that of an environment whose region was lost. And
// who may read and write them.

@description('Name of the account; it is there already, in the group that this is deployed to.')
param accountName string

@description('Object id of the app\'s identity.')
param appPrincipalId string

@description('Object id of who runs the operator\'s commands; empty: nobody.')
param operatorPrincipalId string

@description('What the operator is.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param operatorPrincipalType string

@description('Whether each read and write of a row is logged, for an audit. At five requests a notification, the dearest log there is.')
param logTableRequests bool

@description('Id of the Log Analytics workspace.')
param workspaceId string

// The tables of shared/storage/table.ts. The app may not create any: it would need a right that reaches beyond its rows.
var appTables = ['feeds', 'unsids', 'apps', 'deliveries', 'expiries', 'throttles', 'tokens']
// What operators did: none of the app's business, and whoever takes the app over cannot change it.
var operatorTables = ['audit']

// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var storageTableDataContributor = '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: accountName

  resource service 'tableServices' existing = {
    name: 'default'
  }
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices/tables@2023-05-01' = [
  for name in concat(appTables, operatorTables): {
    parent: account::service
    name: name
  }
]

// By table, for the account holds what operators did, too.
// https://learn.microsoft.com/azure/storage/tables/assign-azure-role-data-access
resource appOnTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for i in range(0, length(appTables)): {
    name: guid(tables[i].id, appPrincipalId, storageTableDataContributor)
    scope: tables[i]
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageTableDataContributor)
      principalId: appPrincipalId
      principalType: 'ServicePrincipal'
    }
  }
]

resource operatorOnAccount 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorPrincipalId)) {
  name: guid(account.id, operatorPrincipalId, storageTableDataContributor)
  scope: account
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageTableDataContributor)
    principalId: operatorPrincipalId
    principalType: operatorPrincipalType
  }
}

// Nothing but the log that was asked for: alerts and workbook read the platform's own metrics, which it keeps for 93 days for nothing.
resource told 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (logTableRequests) {
  name: 'to-workspace'
  scope: account::service
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

// Without the slash at the end that primaryEndpoints has: clients put one of their own there.
output tableEndpoint string = 'https://${account.name}.table.${environment().suffixes.storage}'
