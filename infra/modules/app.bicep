// The function app and its plan.

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Name of the plan.')
param planName string

@description('Name of the app: the first part of its host name.')
@minLength(2)
@maxLength(60)
param appName string

@description('Node\'s version.')
@allowed(['22', '24'])
param nodeVersion string

@description('Memory of each instance, MB; its CPU and network grow with it.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int

@description('Most instances of the app, all its functions together.')
@minValue(40)
@maxValue(1000)
param instancesMax int

@description('Instances for HTTP that are always there.')
@minValue(0)
param httpAlwaysReady int

@description('Instances for deliver-notification that are always there.')
@minValue(0)
param deliverAlwaysReady int

@description('Requests that an instance takes at once.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int

@description('Whether the plan\'s instances are spread over the region\'s zones.')
param zoneRedundant bool

@description('Id of the subnet from which the app calls; empty: no network of its own.')
param subnetId string

@description('Id of the app\'s identity.')
param identityId string

@description('URL of the container that holds the deployed package.')
param packageContainerUrl string

@description('How a deployment comes to running instances.')
@allowed(['Recreate', 'RollingUpdate'])
param updateStrategy string

@description('Origins of web pages that may call.')
param corsAllowedOrigins string[]

resource plan 'Microsoft.Web/serverfarms@2025-05-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

resource app 'Microsoft.Web/sites@2025-05-01' = {
  name: appName
  location: location
  // The tag by which azd finds where to deploy the service of azure.yaml.
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    publicNetworkAccess: 'Enabled'
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    // No health check path: the platform looks after Flex Consumption's instances by itself, and offers none there.
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      // The platform answers preflights and names the origin; the app, by CORS_ALLOWED_ORIGINS, says which headers a page may read.
      // Also where there are none: what is left out stays as an earlier deployment left it.
      cors: {
        allowedOrigins: corsAllowedOrigins
        supportCredentials: false
      }
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainerUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'node'
        version: nodeVersion
      }
      // Takes effect with the update after the one that sets it.
      siteUpdateStrategy: {
        type: updateStrategy
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: instancesMax
        alwaysReady: filter(
          [
            { name: 'http', instanceCount: httpAlwaysReady }
            { name: 'function:deliver-notification', instanceCount: deliverAlwaysReady }
          ],
          group => (group.instanceCount > 0)
        )
        triggers: {
          http: {
            perInstanceConcurrency: httpConcurrency
          }
        }
      }
    }
  }

  resource noFtpPassword 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: {
      allow: false
    }
  }

  resource noScmPassword 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: {
      allow: false
    }
  }
}

output appName string = app.name
