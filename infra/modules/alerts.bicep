metadata description = 'All alerts, and whom they tell. Each is explained in infra/alerts.md under its name.'

@description('Region of the log alerts; the one of the workspace.')
param location string

@description('Tags of everything made here.')
param tags object

@description('The function app\'s name, with which the names of the alerts begin.')
param appName string

@description('The Log Analytics workspace that holds the app\'s metrics.')
param workspaceId string

@description('The Service Bus namespace.')
param namespaceId string

@description('Whether the namespace is Premium.')
param isPremium bool

@description('The queue of deliveries.')
param queueName string

@description('The storage account of the tables.')
param dataAccountId string

@description('Memory of an instance, in MB.')
param instanceMemoryMB int

@description('Addresses that pages and tickets are mailed to.')
param emails string[]

@description('Endpoints of a pager, name to URI, that pages are posted to. Such a URI is often a secret.')
@secure()
param webhooks object

@description('Messages a second that the app delivers: 500 is what a Standard namespace carries (1,000 operations a second, two for each message).')
param messagesPerSecond int = 500

@description('''
A backlog is to be worked off within so many seconds; messagesPerSecond times this is the number of waiting messages that alerts. With the defaults that
is 500 × 120 = 60,000, which leaves 40,000 until BACKLOG_LIMIT (100,000), where writes are refused: 80 s at 500 more a second than are delivered.
''')
param drainSecondsMax int = 120

@description('Runs may begin so many seconds late on the average: half of the 30 s in which devices are to be told.')
param queueAgeSecondsMax int = 15

@description('Of a hundred devices of one channel so many may be told later than 30 s.')
param latePercentMax int = 1

@description('Of a hundred requests so many may be refused because their callers ask too much.')
param refusedPercentMax int = 5

@description('The purge may be so many seconds behind: an hour is twelve of its runs.')
param purgeLagSecondsMax int = 3600

@description('Of an instance\'s memory a process may keep so many percent for good; the platform and the Functions host need about a quarter of 2,048 MB.')
param memoryPercentMax int = 70

module groups 'action-groups.bicep' = {
  name: 'alert-action-groups'
  params: { tags: tags, appName: appName, emails: emails, webhooks: webhooks }
}

module slo 'slo.bicep' = {
  name: 'alerts-slo'
  params: {
    location: location
    tags: tags
    appName: appName
    workspaceId: workspaceId
    pageActionGroupIds: groups.outputs.pageActionGroupIds
    ticketActionGroupIds: groups.outputs.ticketActionGroupIds
  }
}

module deliveries 'delivery-alerts.bicep' = {
  name: 'alerts-deliveries'
  params: {
    location: location
    tags: tags
    appName: appName
    workspaceId: workspaceId
    queueAgeSecondsMax: queueAgeSecondsMax
    latePercentMax: latePercentMax
    refusedPercentMax: refusedPercentMax
    pageActionGroupIds: groups.outputs.pageActionGroupIds
    ticketActionGroupIds: groups.outputs.ticketActionGroupIds
  }
}

module processes 'process-alerts.bicep' = {
  name: 'alerts-processes'
  params: {
    location: location
    tags: tags
    appName: appName
    workspaceId: workspaceId
    purgeLagSecondsMax: purgeLagSecondsMax
    memoryMegabytesMax: instanceMemoryMB * memoryPercentMax / 100
    pageActionGroupIds: groups.outputs.pageActionGroupIds
    ticketActionGroupIds: groups.outputs.ticketActionGroupIds
  }
}

module platform 'platform-alerts.bicep' = {
  name: 'alerts-platform'
  params: {
    tags: tags
    appName: appName
    namespaceId: namespaceId
    isPremium: isPremium
    queueName: queueName
    dataAccountId: dataAccountId
    backlogMessagesMax: messagesPerSecond * drainSecondsMax
    pageActionGroupIds: groups.outputs.pageActionGroupIds
    ticketActionGroupIds: groups.outputs.ticketActionGroupIds
  }
}
