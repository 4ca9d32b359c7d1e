metadata description = 'What Service Bus and Table Storage tell of themselves, also when the app tells nothing.'

@description('Tags of the rules.')
param tags object

@description('What the names of the rules begin with: the app\'s.')
param appName string

@description('The Service Bus namespace.')
param namespaceId string

@description('Whether the namespace is Premium, and so has a processor of its own to run out of.')
param isPremium bool

@description('The queue of deliveries.')
param queueName string

@description('The storage account of the tables.')
param dataAccountId string

@description('So many messages may be ready and waiting: see alerts.bicep for the arithmetic.')
param backlogMessagesMax int

@description('Action groups of what wakes somebody.')
param pageActionGroupIds string[]

@description('Action groups of what waits for the morning.')
param ticketActionGroupIds string[]

var queue = { name: 'EntityName', operator: 'Include', values: [queueName] }
var bus = union(ticket, { scope: namespaceId, namespace: 'Microsoft.ServiceBus/namespaces' })
var tables = union(ticket, { scope: '${dataAccountId}/tableServices/default', namespace: 'Microsoft.Storage/storageAccounts/tableServices' })
var ticket = { isPage: false, severity: 2 }

// Blips are ridden out by the clients' own repeats, so what they repeat away alerts only when it goes on for a quarter of an hour. What the namespace
// refuses as a whole belongs to no queue.
var ofBus = [
  {
    name: 'backlog'
    wrong: 'More messages wait in the queue than are delivered in the time that is allowed; at BACKLOG_LIMIT writes are refused.'
    metric: 'ActiveMessages'
    aggregation: 'Average'
    most: backlogMessagesMax
    window: 'PT5M'
    dimensions: [queue]
  }
  {
    name: 'dead-letters'
    wrong: 'A message could not be processed, so somebody\'s devices are not told until it is replayed.'
    metric: 'DeadletteredMessages'
    aggregation: 'Average'
    most: 0
    window: 'PT5M'
    dimensions: [queue]
  }
  {
    name: 'dead-letters-many'
    isPage: true
    severity: 1
    wrong: 'More than a hundred messages could not be processed: a fault of ours, and not of one message.'
    metric: 'DeadletteredMessages'
    aggregation: 'Average'
    most: 100
    window: 'PT5M'
    dimensions: [queue]
  }
  {
    name: 'bus-throttled'
    wrong: 'Service Bus refuses requests because the namespace does more than its tier allows.'
    metric: 'ThrottledRequests'
    aggregation: 'Total'
    most: 10
    window: 'PT15M'
    dimensions: []
  }
  {
    name: 'bus-errors'
    wrong: 'Service Bus fails to serve requests, by its own fault.'
    metric: 'ServerErrors'
    aggregation: 'Total'
    most: 10
    window: 'PT15M'
    dimensions: []
  }
]

// The vendor's advice is to add a messaging unit above 70 %: https://learn.microsoft.com/azure/service-bus-messaging/automate-update-messaging-units
var ofPremiumBus = [
  {
    name: 'bus-busy'
    wrong: 'The namespace uses more than 70 % of its processor, and is slower beyond that.'
    metric: 'NamespaceCpuUsage'
    aggregation: 'Maximum'
    most: 70
    window: 'PT15M'
    dimensions: []
  }
]

var ofTables = [
  {
    name: 'tables-throttled'
    wrong: 'Table Storage puts off requests: a partition or the account is beyond what it serves in a second.'
    metric: 'Transactions'
    aggregation: 'Total'
    most: 100
    window: 'PT15M'
    dimensions: [
      {
        name: 'ResponseType'
        operator: 'Include'
        values: ['ServerBusyError', 'ServerTimeoutError', 'ClientThrottlingError', 'ClientAccountRequestThrottlingError']
      }
    ]
  }
  {
    name: 'tables-unavailable'
    wrong: 'More than one in a thousand requests to Table Storage fails by its own fault.'
    metric: 'Availability'
    aggregation: 'Average'
    operator: 'LessThan'
    most: '99.9'
    window: 'PT15M'
    dimensions: []
  }
]

var rules = concat(
  map(concat(ofBus, isPremium ? ofPremiumBus : []), rule => union(bus, rule)),
  map(ofTables, rule => union(tables, rule))
)

// Not in the resource, where the linter takes an id only from a parameter, a resource or a function for ids (use-resource-id-functions).
var pageActions = map(pageActionGroupIds, id => { actionGroupId: id })
var ticketActions = map(ticketActionGroupIds, id => { actionGroupId: id })

resource alerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for rule in rules: {
    name: '${appName}-${rule.name}'
    location: 'global'
    tags: tags
    properties: {
      description: '${rule.wrong} Runbook: infra/alerts.md#${rule.name}'
      severity: rule.severity
      enabled: true
      scopes: [rule.scope]
      evaluationFrequency: rule.window == 'PT5M' ? 'PT1M' : 'PT5M'
      windowSize: rule.window
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: rule.name
            metricNamespace: rule.namespace
            metricName: rule.metric
            timeAggregation: rule.aggregation
            operator: rule.?operator ?? 'GreaterThan'
            threshold: json(string(rule.most))
            dimensions: rule.dimensions
          }
        ]
      }
      autoMitigate: true
      actions: rule.isPage ? pageActions : ticketActions
    }
  }
]
