const betweenUpdatesMs = 20 * 60 * 1000;

/** How often a connection may come with a token it has not used before. */
export type TokenUpdates = {
  /** Whether this connection may use the token now; what it may use once it may use again. */
  readonly allows: (connection: object, token: string) => boolean;
  /** Whether the limit holds. */
  readonly isLimited: () => boolean;
  readonly limit: (isLimited: boolean) => void;
};

/**
 * "APNs reports an error if you recreate your tokens more than once every 20 minutes": after its first token a connection may change to
 * another one, and then not again for 20 minutes. Tokens that are not valid count too. Counted by connection, as Apple's engineers tell it
 * (developer.apple.com/forums/thread/674772, 675879, 770438), who do not tell the exact rule.
 */
export const tokenUpdates = (now: () => number): TokenUpdates => {
  type Used = { readonly tokens: Set<string>; updatedAt: number };
  const used = new WeakMap<object, Used>();
  let limited = true;

  return {
    allows: (connection, token) => {
      if (!limited) return true;
      const { tokens, updatedAt } = used.get(connection) ?? { tokens: new Set(), updatedAt: -Infinity };
      if (tokens.has(token)) return true;
      if (now() < updatedAt + betweenUpdatesMs) return false;
      const isFirst = tokens.size === 0;
      used.set(connection, { tokens: tokens.add(token), updatedAt: isFirst ? updatedAt : now() });
      return true;
    },
    isLimited: () => limited,
    limit: (isLimited) => {
      limited = isLimited;
    },
  };
};
