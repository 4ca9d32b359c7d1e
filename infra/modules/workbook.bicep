metadata description = 'The one page an operator reads: infra/workbook.json, pointed at this deployment\'s resources.'

@description('Region of the workbook.')
param location string

@description('Tags of the workbook.')
param tags object

@description('The function app\'s name, which the page is called after.')
param appName string

@description('The Log Analytics workspace that holds the app\'s metrics and events.')
param workspaceId string

@description('The Service Bus namespace.')
param namespaceId string

@description('The storage account of the tables.')
param dataAccountId string

var ofWorkspace = replace(loadTextContent('../workbook.json'), '__WORKSPACE_ID__', workspaceId)
var ofNamespace = replace(ofWorkspace, '__NAMESPACE_ID__', namespaceId)
var ofDeployment = replace(ofNamespace, '__DATA_ACCOUNT_ID__', dataAccountId)

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  // A workbook's name has to be a GUID: https://learn.microsoft.com/azure/azure-monitor/visualize/workbooks-automate
  name: guid(resourceGroup().id, appName, 'workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: '${appName}: how it does'
    category: 'workbook'
    sourceId: workspaceId
    serializedData: ofDeployment
  }
}
