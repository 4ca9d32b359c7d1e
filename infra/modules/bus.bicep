// The namespace and its queues, which are declared in queues.json for this cloud and for the laptop alike.

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Name of the namespace.')
@minLength(6)
@maxLength(50)
param namespaceName string

@description('Standard: about 500 notifications a second, no private endpoint. Premium: capacity of one\'s own.')
@allowed(['Standard', 'Premium'])
param sku string

@description('Messaging units of Premium; Standard has none.')
@allowed([1, 2, 4, 8, 16])
param premiumUnits int

@description('Whether the namespace is reached by private endpoints alone (Premium).')
param isPrivate bool

@description('Id of the Log Analytics workspace.')
param workspaceId string

var queues = loadJsonContent('../queues.json')

// Premium spreads over the region's zones by itself, and `zoneRedundant` is not to be set any more.
resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: namespaceName
  location: location
  tags: tags
  sku: {
    name: sku
    tier: sku
    capacity: sku == 'Premium' ? premiumUnits : null
  }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
  }
}

resource queue 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = [
  for declared in queues: {
    parent: namespace
    name: declared.name
    properties: declared.properties
  }
]

// Who changed the namespace, and whom it refused, for an incident. Logs alone: alerts and workbook read the platform's own metrics, which it keeps for
// 93 days for nothing; rows of AzureMetrics would be paid for and read by nobody.
resource told 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: namespace
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

output namespaceId string = namespace.id
output namespaceName string = namespace.name
// https://<name>.<suffix>:443/, whatever the cloud's suffix is
output hostName string = last(split(split(namespace.properties.serviceBusEndpoint, ':')[1], '/'))
output queueNames string[] = map(queues, declared => (declared.name))
