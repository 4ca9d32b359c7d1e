// The app's settings: all that functions/settings.ts reads and nothing that only a laptop may have. They come after the app and not with it,
// for PUBLIC_URL has the host name that the app is given when it is made.

import { channelCredentialsType, limitsType } from 'types.bicep'

@description('Name of the app: the first part of its host name.')
@minLength(2)
@maxLength(60)
param appName string

@description('Client id of the app\'s identity.')
param identityClientId string

@description('Name of the Application Insights component.')
param insightsName string

@description('URL of the host account\'s blob service.')
param blobEndpoint string

@description('URL of the data account\'s table service.')
param tableEndpoint string

@description('Host name of the Service Bus namespace.')
param busHostName string

@description('URI of the vault, with a slash at its end.')
param vaultUri string

@description('Where callers reach the service, without a slash at its end; empty: at the app\'s own host name.')
param publicUrl string

@description('Origins of web pages that may call.')
param corsAllowedOrigins string[]

@description('Exact `iss` values of the tokens that are taken.')
param tokenIssuers string[]

@description('`aud` values that are taken.')
param tokenAudiences string[]

@description('The public key of Web Push.')
param vapidPublicKey string

@description('The public key of Web Push that is being retired, or is to come; empty: there is none.')
param vapidPreviousPublicKey string

@description('Whom push services may write to: mailto: or https URL.')
param vapidSubject string

@description('The vendors\' credentials that stand in the vault.')
param channelCredentials channelCredentialsType

@description('Of a hundred traces of healthy requests and runs so many are kept: 0 to 100, such as 0.1.')
@minLength(1)
@maxLength(6)
param telemetrySamplePercent string

@description('URL of an OpenTelemetry collector that is told as well; empty: none is.')
param otlpEndpoint string

@description('Whether the headers for that collector are the secret otel-exporter-otlp-headers.')
param otlpHeadersInVault bool

@description('Limits and policies that differ from the app\'s own defaults.')
param limits limitsType

var apns = map(channelCredentials.?apns ?? [], name => 'APNS_CREDENTIAL_${name}')
var fcm = map(channelCredentials.?fcm ?? [], name => 'FCM_CREDENTIAL_${name}')
var wns = map(channelCredentials.?wns ?? [], name => 'WNS_CREDENTIAL_${name}')

// As the app compares names: shared/channels/credentials.ts
var credentialSettings = map(concat(apns, fcm, wns), name => toUpper(replace(replace(name, '-', '_'), '.', '_')))

// A secret's name is its setting's in small letters, for names of secrets have no underscore. Without a version the platform
// takes a new one up by itself within a day, or at once when any setting changes; infra/README.md has how it is asked to.
var secretSettings = toObject(
  concat(
    ['DATA_KEYS', 'VAPID_PRIVATE_KEY'],
    empty(vapidPreviousPublicKey) ? [] : ['VAPID_PREVIOUS_PRIVATE_KEY'],
    otlpHeadersInVault ? ['OTEL_EXPORTER_OTLP_HEADERS'] : [],
    credentialSettings
  ),
  setting => setting,
  setting => '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/${toLower(replace(setting, '_', '-'))})'
)

// Bicep has no fractions: a hundredth is two places further behind the point.
var percent = split(telemetrySamplePercent, '.')
var sampleRatio = percent[0] == '100' ? '1' : '0.${padLeft(percent[0], 2, '0')}${length(percent) > 1 ? percent[1] : ''}'

var url = empty(publicUrl) ? 'https://${app.properties.defaultHostName}' : publicUrl

// https://learn.microsoft.com/azure/azure-functions/functions-app-settings, and functions/settings.ts
var settings = {
  AzureWebJobsStorage__blobServiceUri: blobEndpoint
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  // With an empty route prefix the host's own page would be in the place of ours.
  AzureWebJobsDisableHomepage: 'true'
  AZURE_CLIENT_ID: identityClientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  TELEMETRY_SAMPLE_PERCENT: telemetrySamplePercent
  // The host's own spans, a row for each invocation: https://github.com/Azure/azure-functions-host/pull/11568
  OTEL_TRACES_SAMPLER: 'microsoft.fixed_percentage'
  OTEL_TRACES_SAMPLER_ARG: sampleRatio
  OTEL_SERVICE_NAME: appName
  OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint
  PUBLIC_URL: url
  CORS_ALLOWED_ORIGINS: join(corsAllowedOrigins, ',')
  ServiceBusConnection__fullyQualifiedNamespace: busHostName
  ServiceBusConnection__credential: 'managedidentity'
  ServiceBusConnection__clientId: identityClientId
  TablesConnection__endpoint: tableEndpoint
  TablesConnection__clientId: identityClientId
  TOKEN_ISSUERS: join(tokenIssuers, ',')
  TOKEN_AUDIENCES: join(tokenAudiences, ',')
  VAPID_PUBLIC_KEY: vapidPublicKey
  VAPID_PREVIOUS_PUBLIC_KEY: vapidPreviousPublicKey
  VAPID_SUBJECT: vapidSubject
}

// The host's own exporter speaks gRPC if nothing is said: https://opentelemetry.io/docs/languages/dotnet/exporters/. The app speaks HTTP alone.
var collectorSettings = empty(otlpEndpoint) ? {} : { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }

var limitSettings = toObject(items(limits), limit => (limit.key), limit => string(limit.value))

resource app 'Microsoft.Web/sites@2025-05-01' existing = {
  name: appName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource appSettings 'Microsoft.Web/sites/config@2025-05-01' = {
  parent: app
  name: 'appsettings'
  properties: union(settings, collectorSettings, secretSettings, limitSettings)
}

output publicUrl string = url
