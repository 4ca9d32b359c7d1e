metadata description = '''
The objectives and the pace at which each spends the errors it may make in 30 days: accepted (of 1,000 POSTs 999 are answered other than by our
fault) and delivered (of 100 devices that a content is for 99 are told within 30 s; who is told later, or not before it ends, whether it was tried or waited in
the queue, counts against it: `shared/delivery/missed.ts`). The third, that nothing is lost, has no budget to burn: a dead
letter alerts by itself. Windows and factors as in Google's SRE workbook, chapter 5 (https://sre.google/workbook/alerting-on-slos/), but for the
slowest: a log alert looks back two days at most, so a tenth of the budget is looked for in two days (1.5 times the pace) and not in three (once).
'''

@description('Region of the rules; the one of the workspace.')
param location string

@description('Tags of the rules.')
param tags object

@description('What the names of the rules begin with: the app\'s.')
param appName string

@description('The Log Analytics workspace that holds the app\'s metrics.')
param workspaceId string

@description('Action groups of what wakes somebody.')
param pageActionGroupIds string[]

@description('Action groups of what waits for the morning.')
param ticketActionGroupIds string[]

var burn = loadTextContent('queries/burn.kql')

var objectives = [
  { name: 'accepted', wrong: 'Notifications are refused by our own fault' }
  { name: 'delivered', wrong: 'Devices are told later than 30 s after acceptance, or not before the notification ends' }
]

// Of two objectives that burn at once only the first alerts: what cannot be accepted, and is accepted late, is delivered late as well.
var fast = [
  for objective in objectives: {
    name: 'slo-${objective.name}'
    title: '${objective.name} burns fast'
    wrong: '${objective.wrong}, and so many that 2 % of a month\'s budget went within an hour or 5 % within six.'
    isPage: true
    severity: 1
    every: 'PT5M'
    window: 'PT6H'
    query: '${burn}IsFast | top 1 by Objective asc | where Objective == "${objective.name}"'
  }
]

// Says nothing while the same objective burns fast.
var slow = [
  for objective in objectives: {
    name: 'slo-${objective.name}-slow'
    title: '${objective.name} burns slowly'
    wrong: '${objective.wrong}: a tenth of a month\'s budget went within two days.'
    isPage: false
    severity: 2
    every: 'PT1H'
    window: 'P2D'
    query: '${burn}IsSlow | where Objective == "${objective.name}"'
  }
]

module rules 'log-rules.bicep' = {
  name: 'slo-rules'
  params: {
    location: location
    tags: tags
    appName: appName
    workspaceId: workspaceId
    rules: concat(fast, slow)
    pageActionGroupIds: pageActionGroupIds
    ticketActionGroupIds: ticketActionGroupIds
  }
}
