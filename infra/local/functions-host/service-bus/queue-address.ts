/** A queue, or its dead-letter queue. */
export type QueueAddress = { readonly queueName: string; readonly deadLetter: boolean };

/** Bindings write the dead-letter queue as `<queue>/$deadletterqueue`, in any case. */
export const subQueueOf = (name: string): QueueAddress => {
  const [, queueName] = /^(.+)\/\$deadletterqueue$/i.exec(name) ?? [];
  return { queueName: queueName ?? name, deadLetter: queueName !== undefined };
};
