/** The port that says, before anything is stored, that a write would not get through (contract 2.6). */
export type Busy = {
  /**
   * Throws a `Problem` of kind `busy` with a true `retryAfterSeconds` while the bus has just refused a message, or the backlog is
   * beyond its setting. Costs no request on the way: what it knows was learnt from sends, and from a look at the queue now and then.
   */
  readonly check: () => void;
};
