// One service's private address, and the DNS zone by which its usual name leads there from inside the network.

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Name of the endpoint.')
param endpointName string

@description('Id of the resource that gets a private address.')
param targetId string

@description('Which of the resource\'s services: table, blob, vault or namespace.')
@allowed(['table', 'blob', 'vault', 'namespace'])
param groupId string

@description('Name of the private DNS zone.')
param zoneName string

@description('Id of the virtual network.')
param networkId string

@description('Id of the subnet that the address is taken from.')
param subnetId string

resource zone 'Microsoft.Network/privateDnsZones@2020-06-01' = {
  name: zoneName
  location: 'global'
  tags: tags

  resource link 'virtualNetworkLinks' = {
    name: 'app'
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: {
        id: networkId
      }
    }
  }
}

resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = {
  name: endpointName
  location: location
  tags: tags
  properties: {
    subnet: {
      id: subnetId
    }
    privateLinkServiceConnections: [
      {
        name: groupId
        properties: {
          privateLinkServiceId: targetId
          groupIds: [groupId]
        }
      }
    ]
  }

  resource names 'privateDnsZoneGroups' = {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: groupId
          properties: {
            privateDnsZoneId: zone.id
          }
        }
      ]
    }
  }
}
