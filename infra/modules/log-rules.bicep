metadata description = 'Log alerts, each a query whose rows, or the one number it comes to, say that something is wrong.'

@description('Region of the rules; the one of the workspace.')
param location string

@description('Tags of the rules.')
param tags object

@description('What the names of the rules begin with: the app\'s.')
param appName string

@description('The Log Analytics workspace that the queries read.')
param workspaceId string

@description('''
The rules. Each: `name` (its entry in infra/alerts.md), `title`, `wrong` (one sentence of what is wrong), `isPage` (wakes somebody), `severity`,
`every` (how often it is asked) and `window` (how far it looks back), ISO 8601, `query`; where a number is compared and not the rows counted, `column`
and `most`; where each value of a column is an alert of its own, `splitBy`.
''')
param rules object[]

@description('Action groups of what wakes somebody.')
param pageActionGroupIds string[]

@description('Action groups of what waits for the morning.')
param ticketActionGroupIds string[]

// All are stateful: one alert from the first bad look to the second or third good one in a row, told once at its beginning and once at its end.
// https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-create-log-alert-rule
resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: '${appName}-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: '${appName}: ${rule.title}'
      description: '${rule.wrong} Runbook: infra/alerts.md#${rule.name}'
      severity: rule.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: rule.every
      windowSize: rule.window
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: contains(rule, 'column') ? 'Maximum' : 'Count'
            metricMeasureColumn: rule.?column
            operator: 'GreaterThan'
            threshold: rule.?most ?? 0
            dimensions: contains(rule, 'splitBy') ? [{ name: rule.splitBy, operator: 'Include', values: ['*'] }] : []
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      // A workspace that is as new as the rule may not know its tables yet, and the rule would be refused. Tests have looked at the queries.
      skipQueryValidation: true
      autoMitigate: true
      actions: { actionGroups: rule.isPage ? pageActionGroupIds : ticketActionGroupIds }
    }
  }
]
