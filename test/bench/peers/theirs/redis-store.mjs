// What is kept in Redis: `subscriptions:<user>`, a hash of subscriptions by device; `notification:<id>`, a hash that ends with its time to live.

const keptSeconds = 7 * 24 * 60 * 60;

export const redisStore = (redis) => ({
  subscribe: ({ user, deviceId, subscription }) =>
    redis.hset(`subscriptions:${user}`, deviceId, JSON.stringify(subscription)),
  forget: (user, deviceIds) => redis.hdel(`subscriptions:${user}`, ...deviceIds),
  /** [deviceId, subscription] of each. */
  subscriptionsOf: async (user) =>
    Object.entries(await redis.hgetall(`subscriptions:${user}`)).map(([deviceId, text]) => [
      deviceId,
      JSON.parse(text),
    ]),
  keep: ({ id, user, rawContent }) =>
    redis
      .multi()
      .hset(`notification:${id}`, { user, rawContent, state: "accepted" })
      .expire(`notification:${id}`, keptSeconds)
      .exec(),
  /** Its user and content; neither when it has expired. */
  find: async (id) => {
    const [user, rawContent] = await redis.hmget(`notification:${id}`, "user", "rawContent");
    return { user, rawContent };
  },
  markDone: (id) => redis.hset(`notification:${id}`, "state", "done"),
});
