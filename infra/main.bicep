// Fanfare in a resource group that is there already: who deploys needs rights on that group alone, `az deployment group create`,
// what-if and azd (which makes the group if need be) work alike, and deleting the group takes all of it away. Two parameters make
// exceptions: the tables of existingDataAccountId are another group's, where who deploys needs rights as well, and what deletionLock
// holds is deleted after the lock.
targetScope = 'resourceGroup'

import { channelCredentialsType, limitsType } from 'modules/types.bicep'

@description('Name of this environment, such as production: a tag of every resource, and part of what makes their names unique.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('Azure region; it must offer Flex Consumption.')
param location string = resourceGroup().location

@description('Further tags of every resource.')
param tags object = {}

@description('Name of the function app: the first part of its host name, unique in all of Azure.')
@minLength(2)
@maxLength(60)
param appName string = 'fanfare-${uniqueString(resourceGroup().id, environmentName)}'

@description('Where callers reach the service, if not at the app\'s own host name: an https URL without a slash at its end.')
param publicUrl string = ''

@description('Origins of web pages that may call, such as https://app.contoso.com.')
param corsAllowedOrigins string[] = []

@description('Exact `iss` values of the tokens that are taken. By default those of this subscription\'s tenant.')
@minLength(1)
param tokenIssuers string[] = ['${environment().authentication.loginEndpoint}${subscription().tenantId}/v2.0']

@description('`aud` values of the tokens that are taken.')
@minLength(1)
param tokenAudiences string[]

@description('The public key of Web Push (RFC 8292), base64url; infra/README.md says how a pair is made.')
@minLength(87)
@maxLength(87)
param vapidPublicKey string

@description('The public key that is being retired, or is to come. It and vapidPublicKey find their private keys in the secrets vapid-private-key and vapid-previous-private-key, in whichever each stands. Empty: there is none.')
@maxLength(87)
param vapidPreviousPublicKey string = ''

@description('Whom push services may write to: a mailto: address or an https URL.')
param vapidSubject string

@description('VAPID_PRIVATE_KEY, for the first deployment; empty later on: what stands in the vault stays.')
@secure()
param vapidPrivateKey string = ''

@description('DATA_KEYS, for the first deployment; empty later on: what stands in the vault stays.')
@secure()
param dataKeys string = ''

@description('The vendors\' credentials that stand in the vault, such as { apns: [\'default\'] }: the secret apns-credential-default.')
param channelCredentials channelCredentialsType = {}

@description('Whether a deleted vault of this environment is brought back: its name is taken for 90 days.')
param recoverVault bool = false

@description('Limits and policies that differ from the app\'s own defaults.')
param limits limitsType = {}

@description('Service Bus: Standard carries about 500 notifications a second; Premium has capacity of its own and private endpoints.')
@allowed(['Standard', 'Premium'])
param busSku string = 'Standard'

@description('Messaging units of a Premium namespace.')
@allowed([1, 2, 4, 8, 16])
param busPremiumUnits int = 1

@description('Whether instances and storage are spread over the region\'s zones. Each always-ready group has at least two instances then.')
param zoneRedundant bool = false

@description('Redundancy of the tables; a GRS kind keeps a copy in the paired region.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_RAGRS', 'Standard_GZRS', 'Standard_RAGZRS'])
param dataRedundancy string = zoneRedundant ? 'Standard_ZRS' : 'Standard_LRS'

@description('Id of a storage account of this subscription whose tables are to be used in the place of one of this environment\'s own: that of an environment whose region was lost. Its account stays as it is, in its group.')
param existingDataAccountId string = ''

@description('Whether the tables\' account and the vault are locked against deletion. Who deploys needs Owner or User Access Administrator for that, and nothing but a hand takes the locks away.')
param deletionLock bool = false

@description('Whether storage, vault and (Premium) bus are reached from a virtual network of the app\'s own alone. A Standard bus, Application Insights, Log Analytics and the app itself keep their public addresses.')
param privateNetwork bool = false

@description('Address space of that network, /24 or larger.')
param networkAddressPrefix string = '10.70.0.0/24'

@description('Node\'s version.')
@allowed(['22', '24'])
param nodeVersion string = '22'

@description('How a deployment comes to running instances: Recreate ends them all at once, RollingUpdate (a preview) lets them finish, a few after the other.')
@allowed(['Recreate', 'RollingUpdate'])
param updateStrategy string = 'Recreate'

@description('Memory of each instance, MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Most instances, all functions together.')
@minValue(40)
@maxValue(1000)
param instancesMax int = 100

@description('Instances for HTTP that are always there: one spares callers the cold start.')
@minValue(0)
@maxValue(1000)
param httpAlwaysReady int = 1

@description('Instances for deliver-notification that are always there: one spares devices the wait for a cold start and the look before it.')
@minValue(0)
@maxValue(1000)
param deliverAlwaysReady int = 1

// An open page holds a request for 20 seconds of 20 and costs an instance next to nothing; a POST takes tens of milliseconds, most of
// them waiting for tables and bus. At the platform's default of 16, seventeen open pages would want a second instance. At 200 an
// instance holds about 180 pages beside its work, and a burst of 200 POSTs is still worked off in about a second before others help.
@description('Requests that an instance takes at once before another one is started; requests held by `Prefer: wait` count.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int = 200

@description('Days that logs are kept; the SLO looks back over 30.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 90

@description('Gigabytes of logs a day at most; what comes later that day is not kept, and alerts do not see it. -1: no cap.')
@minValue(-1)
param logDailyCapGb int = 5

// A text, for numbers of Bicep are whole, and of a million notifications an hour a tenth of one in a hundred is plenty.
@description('Of a hundred traces of healthy requests and runs so many are kept, 0 to 100, such as 0.1; failures all are. The app starts with nothing else.')
@minLength(1)
@maxLength(6)
param telemetrySamplePercent string = '1'

@description('URL of an OpenTelemetry collector that is told as well. Empty: Application Insights alone is.')
param otlpEndpoint string = ''

@description('Whether the headers for that collector, a key perhaps, are the secret otel-exporter-otlp-headers.')
param otlpHeadersInVault bool = false

@description('Whether each read and write of a row is logged, for an audit: five log entries a notification. To end it take the diagnostic setting to-workspace away, too: a deployment does not.')
param logTableRequests bool = false

@description('Addresses that alerts are mailed to.')
param alertEmails string[] = []

@description('Endpoints of a pager, name to URI, that urgent alerts are posted to.')
@secure()
param alertWebhooks object = {}

@description('Object id of the person or, better, group that runs the operator\'s commands. Empty: nobody is given rights.')
param operatorPrincipalId string = ''

@description('Whether the operator may restart the app and read and change its settings, as the runbook asks. Whoever may can deploy other code as well.')
param operatorManagesApp bool = true

@description('What the operator is.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param operatorPrincipalType string = 'Group'

var token = uniqueString(resourceGroup().id, environmentName)
var allTags = union(tags, { 'azd-env-name': environmentName, application: 'fanfare' })
// Names are made here and not taken from modules' outputs: what-if can tell only of what it can name.
var insightsName = 'appi-fanfare-${token}'
var namespaceName = 'sbns-fanfare-${token}'
var vaultName = 'kv-${token}'
var hostAccountName = 'sthost${token}'
var packageContainerName = 'package'
var busIsPrivate = privateNetwork && busSku == 'Premium'
// The platform spreads a group over zones from two instances on.
var readyLeast = zoneRedundant ? 2 : 0

// /subscriptions/<2>/resourceGroups/<4>/providers/Microsoft.Storage/storageAccounts/<name>
var existingData = split(existingDataAccountId, '/')
var ownsData = empty(existingDataAccountId)
var dataAccountName = ownsData ? 'stdata${token}' : last(existingData)
var dataGroupName = ownsData ? resourceGroup().name : (existingData[4])

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-fanfare-${token}'
  location: location
  tags: allTags
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    location: location
    tags: allTags
    workspaceName: 'log-fanfare-${token}'
    insightsName: insightsName
    retentionDays: logRetentionDays
    dailyCapGb: logDailyCapGb
  }
}

module hostAccount 'modules/storage-account.bicep' = {
  name: 'host-account'
  params: {
    location: location
    tags: allTags
    accountName: hostAccountName
    redundancy: zoneRedundant ? 'Standard_ZRS' : 'Standard_LRS'
    containerNames: [packageContainerName]
    isPrivate: privateNetwork
    isLocked: false
  }
}

module dataAccount 'modules/storage-account.bicep' = if (ownsData) {
  name: 'data-account'
  params: {
    location: location
    tags: allTags
    accountName: dataAccountName
    redundancy: dataRedundancy
    containerNames: []
    isPrivate: privateNetwork
    isLocked: deletionLock
  }
}

var dataAccountId = ownsData ? dataAccount!.outputs.accountId : existingDataAccountId

module tables 'modules/tables.bicep' = {
  name: 'tables'
  scope: resourceGroup(dataGroupName)
  params: {
    accountName: dataAccountName
    appPrincipalId: identity.properties.principalId
    operatorPrincipalId: operatorPrincipalId
    operatorPrincipalType: operatorPrincipalType
    logTableRequests: logTableRequests
    workspaceId: monitoring.outputs.workspaceId
  }
  dependsOn: [
    dataAccount
  ]
}

module bus 'modules/bus.bicep' = {
  name: 'bus'
  params: {
    location: location
    tags: allTags
    namespaceName: namespaceName
    sku: busSku
    premiumUnits: busPremiumUnits
    isPrivate: busIsPrivate
    workspaceId: monitoring.outputs.workspaceId
  }
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  params: {
    location: location
    tags: allTags
    vaultName: vaultName
    recover: recoverVault
    isPrivate: privateNetwork
    isLocked: deletionLock
    dataKeys: dataKeys
    vapidPrivateKey: vapidPrivateKey
    workspaceId: monitoring.outputs.workspaceId
  }
}

module network 'modules/private-network.bicep' = if (privateNetwork) {
  name: 'private-network'
  params: {
    location: location
    tags: allTags
    token: token
    addressPrefix: networkAddressPrefix
    dataAccountId: dataAccountId
    hostAccountId: hostAccount.outputs.accountId
    vaultId: vault.outputs.vaultId
    namespaceId: bus.outputs.namespaceId
    busHostName: bus.outputs.hostName
    busIsPrivate: busIsPrivate
  }
}

module appRoles 'modules/app-roles.bicep' = {
  name: 'app-roles'
  params: {
    appPrincipalId: identity.properties.principalId
    hostAccountName: hostAccountName
    namespaceName: namespaceName
    queueNames: bus.outputs.queueNames
    vaultName: vaultName
    insightsName: insightsName
  }
  dependsOn: [
    hostAccount
    vault
    monitoring
  ]
}

module app 'modules/app.bicep' = {
  name: 'app'
  params: {
    location: location
    tags: allTags
    planName: 'plan-fanfare-${token}'
    appName: appName
    nodeVersion: nodeVersion
    instanceMemoryMB: instanceMemoryMB
    instancesMax: instancesMax
    httpAlwaysReady: max(httpAlwaysReady, readyLeast)
    deliverAlwaysReady: max(deliverAlwaysReady, readyLeast)
    httpConcurrency: httpConcurrency
    updateStrategy: updateStrategy
    zoneRedundant: zoneRedundant
    subnetId: privateNetwork ? network!.outputs.appSubnetId : ''
    identityId: identity.id
    packageContainerUrl: '${hostAccount.outputs.blobEndpoint}${packageContainerName}'
    corsAllowedOrigins: corsAllowedOrigins
  }
  // At its first start the app needs its rights.
  dependsOn: [
    appRoles
    tables
  ]
}

module appSettings 'modules/app-settings.bicep' = {
  name: 'app-settings'
  params: {
    appName: appName
    identityClientId: identity.properties.clientId
    insightsName: insightsName
    blobEndpoint: hostAccount.outputs.blobEndpoint
    tableEndpoint: tables.outputs.tableEndpoint
    busHostName: bus.outputs.hostName
    vaultUri: vault.outputs.vaultUri
    publicUrl: publicUrl
    corsAllowedOrigins: corsAllowedOrigins
    tokenIssuers: tokenIssuers
    tokenAudiences: tokenAudiences
    vapidPublicKey: vapidPublicKey
    vapidPreviousPublicKey: vapidPreviousPublicKey
    vapidSubject: vapidSubject
    channelCredentials: channelCredentials
    telemetrySamplePercent: telemetrySamplePercent
    otlpEndpoint: otlpEndpoint
    otlpHeadersInVault: otlpHeadersInVault
    limits: limits
  }
  dependsOn: [
    app
  ]
}

module operatorRoles 'modules/operator-roles.bicep' = if (!empty(operatorPrincipalId)) {
  name: 'operator-roles'
  params: {
    operatorPrincipalId: operatorPrincipalId
    operatorPrincipalType: operatorPrincipalType
    managesApp: operatorManagesApp
    appName: appName
    namespaceName: namespaceName
    queueNames: bus.outputs.queueNames
    vaultName: vaultName
  }
  dependsOn: [
    app
    vault
  ]
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  params: {
    location: location
    tags: allTags
    appName: appName
    workspaceId: monitoring.outputs.workspaceId
    namespaceId: bus.outputs.namespaceId
    isPremium: busSku == 'Premium'
    queueName: bus.outputs.queueNames[0]
    dataAccountId: dataAccountId
    instanceMemoryMB: instanceMemoryMB
    emails: alertEmails
    webhooks: alertWebhooks
  }
}

module workbook 'modules/workbook.bicep' = {
  name: 'workbook'
  params: {
    location: location
    tags: allTags
    appName: appName
    workspaceId: monitoring.outputs.workspaceId
    namespaceId: bus.outputs.namespaceId
    dataAccountId: dataAccountId
  }
}

// Names by which azd and the operator's commands know them: `azd env get-values` is the environment of `npm run ops`.
output AZURE_FUNCTION_APP_NAME string = app.outputs.appName
output AZURE_KEY_VAULT_NAME string = vault.outputs.vaultName
output PUBLIC_URL string = appSettings.outputs.publicUrl
output ServiceBusConnection__fullyQualifiedNamespace string = bus.outputs.hostName
output TablesConnection__endpoint string = tables.outputs.tableEndpoint
