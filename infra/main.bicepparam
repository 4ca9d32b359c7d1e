// What azd and `az deployment group create --parameters infra/main.bicepparam` take from the environment. A copy of this file with
// values in it is as good; only DATA_KEYS and VAPID_PRIVATE_KEY belong in no file.
using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'fanfare')

// An app registration's id, or its `api://…` URI: whatever stands in the tokens' `aud`.
param tokenAudiences = split(readEnvironmentVariable('TOKEN_AUDIENCES'), ',')
param vapidPublicKey = readEnvironmentVariable('VAPID_PUBLIC_KEY')
param vapidSubject = readEnvironmentVariable('VAPID_SUBJECT')

// For the first deployment; not needed after it.
param dataKeys = readEnvironmentVariable('DATA_KEYS', '')
param vapidPrivateKey = readEnvironmentVariable('VAPID_PRIVATE_KEY', '')

param operatorPrincipalId = readEnvironmentVariable('OPERATOR_PRINCIPAL_ID', '')
param operatorPrincipalType = readEnvironmentVariable('OPERATOR_PRINCIPAL_TYPE', 'Group')

param corsAllowedOrigins = filter(split(readEnvironmentVariable('CORS_ALLOWED_ORIGINS', ''), ','), origin => !empty(origin))

// The names of what stands in the vault: APNS_CREDENTIALS=default,tenant2
param channelCredentials = {
  apns: filter(split(readEnvironmentVariable('APNS_CREDENTIALS', ''), ','), name => !empty(name))
  fcm: filter(split(readEnvironmentVariable('FCM_CREDENTIALS', ''), ','), name => !empty(name))
  wns: filter(split(readEnvironmentVariable('WNS_CREDENTIALS', ''), ','), name => !empty(name))
}
