metadata description = 'What the app tells of its deliveries: what it holds, how late it is, whom it refuses.'

@description('Region of the rules; the one of the workspace.')
param location string

@description('Tags of the rules.')
param tags object

@description('What the names of the rules begin with: the app\'s.')
param appName string

@description('The Log Analytics workspace that holds the app\'s metrics.')
param workspaceId string

@description('''
Runs may begin so many seconds late on the average. Half of the 30 s in which devices are to be told: the rest is reading, and the push services.
''')
param queueAgeSecondsMax int

@description('Of a hundred devices of one channel so many may be told later than 30 s; 1 holds its 99th percentile under 30 s.')
param latePercentMax int

@description('Of a hundred requests so many may be refused because their callers ask too much.')
param refusedPercentMax int

@description('Action groups of what wakes somebody.')
param pageActionGroupIds string[]

@description('Action groups of what waits for the morning.')
param ticketActionGroupIds string[]

var breaker = loadTextContent('queries/breaker.kql')

var pages = [
  {
    name: 'deliveries-stalled'
    title: 'nothing is delivered'
    wrong: 'Notifications are accepted, and for ten minutes no delivery has begun.'
    every: 'PT5M'
    window: 'PT1H'
    query: loadTextContent('queries/deliveries-stalled.kql')
  }
  {
    name: 'credential-refused'
    title: 'a credential is refused'
    wrong: 'A push service refuses a credential of ours, and all deliveries by it wait until that is mended.'
    every: 'PT5M'
    window: 'PT15M'
    query: '${breaker}Open | where Kind == "credential" and Minutes >= 5'
  }
]

var tickets = [
  {
    name: 'pruning-stopped'
    title: 'answers of gone devices are not believed'
    wrong: 'So many devices are said to be gone that a credential is in doubt, and deliveries with such answers wait.'
    severity: 2
    every: 'PT15M'
    window: 'PT15M'
    query: '${breaker}Open | where Kind == "pruning" and Minutes >= 5'
  }
  {
    name: 'channels-closed'
    title: 'channels do not open'
    wrong: 'Devices get no push because DATA_KEYS does not open their channels, and nothing is tried for them.'
    severity: 2
    every: 'PT15M'
    // Told once an hour, so one hour would end the alert between two tellings.
    window: 'PT2H'
    query: loadTextContent('queries/channels-closed.kql')
    column: 'Devices'
    most: 0
    splitBy: 'Key'
  }
  {
    name: 'push-service-down'
    title: 'a push service is down'
    wrong: 'A push service has been down for half an hour, and its deliveries wait.'
    severity: 3
    every: 'PT15M'
    window: 'PT1H'
    query: '${breaker}Open | where Kind == "origin" and Minutes >= 30'
  }
  {
    name: 'queue-age'
    title: 'deliveries begin late'
    wrong: 'Messages wait in the queue for longer than is left of the time in which devices are to be told.'
    severity: 2
    every: 'PT15M'
    window: 'PT15M'
    query: loadTextContent('queries/queue-age.kql')
    column: 'Seconds'
    most: queueAgeSecondsMax
  }
  {
    name: 'deliveries-late'
    title: 'one channel is late'
    wrong: 'Devices of one channel are told later than 30 s after acceptance, while the others are in time.'
    severity: 3
    every: 'PT30M'
    window: 'PT1H'
    query: loadTextContent('queries/deliveries-late.kql')
    column: 'Percent'
    most: latePercentMax
    splitBy: 'Channel'
  }
  {
    name: 'callers-refused'
    title: 'callers ask too much'
    wrong: 'Many requests are answered 406 because an app or a user is beyond its limit.'
    severity: 3
    every: 'PT15M'
    window: 'PT1H'
    query: loadTextContent('queries/callers-refused.kql')
    column: 'Percent'
    most: refusedPercentMax
  }
]

module rules 'log-rules.bicep' = {
  name: 'delivery-alert-rules'
  params: {
    location: location
    tags: tags
    appName: appName
    workspaceId: workspaceId
    rules: concat(
      map(pages, page => union({ isPage: true, severity: 1 }, page)),
      map(tickets, ticket => union({ isPage: false }, ticket))
    )
    pageActionGroupIds: pageActionGroupIds
    ticketActionGroupIds: ticketActionGroupIds
  }
}
