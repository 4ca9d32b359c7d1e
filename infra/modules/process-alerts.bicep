metadata description = 'What the app tells of itself: that it lives, that its timers run, what it keeps.'

@description('Region of the rules; the one of the workspace.')
param location string

@description('Tags of the rules.')
param tags object

@description('What the names of the rules begin with: the app\'s.')
param appName string

@description('The Log Analytics workspace that holds the app\'s metrics.')
param workspaceId string

@description('''
The purge may be so many seconds behind. Reads filter what has expired, so this is about storage and about what was promised to be gone; a run is every
five minutes, so an hour is twelve runs that did not catch up.
''')
param purgeLagSecondsMax int

@description('''
What a process may keep for good, in MB. A tenth of an instance is the platform's and the Functions host takes some 300 MB, so of 2,048 MB about 1,500
are the app's.
''')
param memoryMegabytesMax int

@description('Action groups of what wakes somebody.')
param pageActionGroupIds string[]

@description('Action groups of what waits for the morning.')
param ticketActionGroupIds string[]

var pages = [
  {
    name: 'silent'
    title: 'nothing is heard of the app'
    wrong: 'No process of the app has told anything for a quarter of an hour, so it does not run, or nobody would know if it did not.'
    every: 'PT5M'
    window: 'P1D'
    query: loadTextContent('queries/silent.kql')
  }
  {
    name: 'telemetry-capped'
    title: 'telemetry is capped'
    wrong: 'The workspace is over its daily cap and takes nothing more, so all log alerts are blind until it begins anew.'
    every: 'PT5M'
    window: 'P1D'
    query: loadTextContent('queries/telemetry-capped.kql')
  }
]

var tickets = [
  {
    name: 'timers-silent'
    title: 'a timer does not run'
    wrong: 'The app lives, but the watch over dead letters or the purge has not run for half an hour.'
    severity: 2
    every: 'PT15M'
    window: 'PT1H'
    query: loadTextContent('queries/timers-silent.kql')
  }
  {
    name: 'purge-behind'
    title: 'the purge is behind'
    wrong: 'What has expired is not purged in time.'
    severity: 3
    every: 'PT1H'
    window: 'PT1H'
    query: loadTextContent('queries/purge-behind.kql')
    column: 'Seconds'
    most: purgeLagSecondsMax
  }
  {
    name: 'memory'
    title: 'memory runs out'
    wrong: 'A process keeps more memory than is well on its instance, and would be ended at the next peak.'
    severity: 2
    every: 'PT15M'
    window: 'PT30M'
    query: loadTextContent('queries/memory.kql')
    column: 'Megabytes'
    most: memoryMegabytesMax
  }
  {
    name: 'restarts'
    title: 'processes die young'
    wrong: 'More than five processes of the app ended before they did anything, or exited by themselves, in half an hour.'
    severity: 2
    every: 'PT15M'
    window: 'PT30M'
    query: loadTextContent('queries/restarts.kql')
    most: 5
  }
]

module rules 'log-rules.bicep' = {
  name: 'process-alert-rules'
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
