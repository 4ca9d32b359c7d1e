// Closed types: by them nothing can be set that is not named here. README, "Settings", says what each setting means.

@export()
@sealed()
@description('The credentials that stand in the vault, by the names that registered apps use for them. APNS_CREDENTIAL_DEFAULT, whose name is default, is the secret apns-credential-default.')
type channelCredentialsType = {
  @description('Names of credentials of APNs.')
  apns: string[]?

  @description('Names of credentials of FCM.')
  fcm: string[]?

  @description('Names of credentials of WNS.')
  wns: string[]?
}

// What is not given keeps the app's own default, so that the defaults stand in one place.
@export()
@sealed()
@description('Limits and policies that differ from the app\'s own defaults.')
type limitsType = {
  @description('Answer 201 for replaced notifications, too.')
  ALWAYS_201: ('true' | 'false')?

  @description('Hosts where Web Push endpoints and Windows channels may be, comma-separated; a leading dot means any below.')
  PUSH_HOSTS_ALLOWED: string?

  @description('Life of a subscription, days.')
  @minValue(1)
  @maxValue(365)
  SUBSCRIPTION_DAYS: int?

  @description('Live subscriptions of one user and host name.')
  @minValue(1)
  @maxValue(1000)
  SUBSCRIPTIONS_PER_FEED: int?

  @description('Writes of one user and host name in five minutes.')
  @minValue(1)
  THROTTLE_USER_WRITES_PER_5_MINUTES: int?

  @description('Writes of one user and host name in a day.')
  @minValue(1)
  THROTTLE_USER_WRITES_PER_DAY: int?

  @description('Reads of one user and host name in five minutes, by each instance.')
  @minValue(1)
  THROTTLE_USER_READS_PER_5_MINUTES: int?

  @description('Reads of one user and host name in a day, by each instance.')
  @minValue(1)
  THROTTLE_USER_READS_PER_DAY: int?

  @description('Writes of one calling app in a minute, over all instances.')
  @minValue(1)
  THROTTLE_APP_WRITES_PER_MINUTE: int?

  @description('Seconds that a delta asked with `Prefer: wait` is held back at most; 0: never.')
  @minValue(0)
  @maxValue(60)
  LIVE_WAIT_SECONDS: int?

  @description('Messages that wait before writes are answered 406.')
  @minValue(1)
  BACKLOG_LIMIT: int?

  @description('Longest backoff before the second attempt, seconds.')
  @minValue(1)
  @maxValue(3600)
  RETRY_BASE_SECONDS: int?

  @description('Longest backoff, seconds.')
  @minValue(1)
  @maxValue(86400)
  RETRY_CAP_SECONDS: int?

  @description('Messages in hand at once, by each instance. The platform scales by it, too.')
  @minValue(1)
  @maxValue(10000)
  AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls: int?

  @description('Requests at once to one push origin, by each instance.')
  @minValue(1)
  @maxValue(1000)
  DELIVERY_CONCURRENCY: int?

  @description('Of a hundred answers to one credential so many may end subscriptions.')
  @minValue(1)
  @maxValue(100)
  PRUNING_SHARE_MAX: int?
}
