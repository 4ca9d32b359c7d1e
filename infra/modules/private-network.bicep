// A network of the app's own, and in it a private address of everything that it calls and that can have one: storage, vault and a Premium
// bus. A Standard bus has none, and Application Insights and Log Analytics are called at their public addresses.

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('What the names of the resources end with.')
param token string

@description('Address space of the network in CIDR notation, /24 or larger.')
param addressPrefix string

@description('Id of the account of the tables.')
param dataAccountId string

@description('Id of the account of the functions host.')
param hostAccountId string

@description('Id of the vault.')
param vaultId string

@description('Id of the Service Bus namespace.')
param namespaceId string

@description('Host name of the namespace, which tells its cloud\'s domain.')
param busHostName string

@description('Whether the namespace can have a private address: a Premium one.')
param busIsPrivate bool

module network 'network.bicep' = {
  name: 'network'
  params: {
    location: location
    tags: tags
    networkName: 'vnet-fanfare-${token}'
    addressPrefix: addressPrefix
  }
}

module table 'private-endpoint.bicep' = {
  name: 'endpoint-table'
  params: {
    location: location
    tags: tags
    endpointName: 'pe-table-${token}'
    targetId: dataAccountId
    groupId: 'table'
    zoneName: 'privatelink.table.${environment().suffixes.storage}'
    networkId: network.outputs.networkId
    subnetId: network.outputs.endpointSubnetId
  }
}

module blob 'private-endpoint.bicep' = {
  name: 'endpoint-blob'
  params: {
    location: location
    tags: tags
    endpointName: 'pe-blob-${token}'
    targetId: hostAccountId
    groupId: 'blob'
    zoneName: 'privatelink.blob.${environment().suffixes.storage}'
    networkId: network.outputs.networkId
    subnetId: network.outputs.endpointSubnetId
  }
}

module vault 'private-endpoint.bicep' = {
  name: 'endpoint-vault'
  params: {
    location: location
    tags: tags
    endpointName: 'pe-vault-${token}'
    targetId: vaultId
    groupId: 'vault'
    zoneName: 'privatelink${replace(environment().suffixes.keyvaultDns, 'vault', 'vaultcore')}'
    networkId: network.outputs.networkId
    subnetId: network.outputs.endpointSubnetId
  }
}

module bus 'private-endpoint.bicep' = if (busIsPrivate) {
  name: 'endpoint-bus'
  params: {
    location: location
    tags: tags
    endpointName: 'pe-bus-${token}'
    targetId: namespaceId
    groupId: 'namespace'
    zoneName: 'privatelink.${join(skip(split(busHostName, '.'), 1), '.')}'
    networkId: network.outputs.networkId
    subnetId: network.outputs.endpointSubnetId
  }
}

output appSubnetId string = network.outputs.appSubnetId
