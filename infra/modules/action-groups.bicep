metadata description = 'Whom alerts tell: pages wake somebody, tickets wait for the morning.'

@description('Tags of the groups.')
param tags object

@description('What the names of the groups begin with: the app\'s.')
param appName string

@description('Addresses that pages and tickets are mailed to.')
param emails string[]

@description('Endpoints of a pager, name to URI, that pages are posted to, in the common alert schema. Such a URI is often a secret.')
@secure()
param webhooks object

var emailReceivers = [for email in emails: { name: email, emailAddress: email, useCommonAlertSchema: true }]

resource page 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${appName}-page'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'fanfarePage'
    emailReceivers: emailReceivers
    webhookReceivers: [
      for webhook in items(webhooks): { name: webhook.key, serviceUri: webhook.value, useCommonAlertSchema: true }
    ]
  }
}

resource ticket 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${appName}-ticket'
  location: 'global'
  tags: tags
  properties: { enabled: true, groupShortName: 'fanfareTick', emailReceivers: emailReceivers }
}

@description('For rules that wake somebody.')
output pageActionGroupIds string[] = [page.id]

@description('For rules that wait for the morning.')
output ticketActionGroupIds string[] = [ticket.id]
