/** Why something is refused: an AMQP error condition, and a sentence for people. `status` is what a `$management` reply carries. */
export type Refusal = { readonly condition: string; readonly description: string; readonly status: number };

/** A refusal thrown from within a request; answered in one place. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.description);
    this.refusal = refusal;
  }
}

const refusal = (status: number, condition: string, description: string): Refusal => ({
  status,
  condition,
  description,
});

/**
 * Every error this broker answers, with Azure's conditions: clients decide by them, and by the wording where noted.
 * https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-request-response
 */
export const refusals = {
  // The JavaScript client recognises an unknown queue by this sentence alone.
  queueNotFound: (address: string) =>
    refusal(404, "amqp:not-found", `The messaging entity '${address}' could not be found.`),
  unauthorized: (reason: string) => refusal(401, "amqp:unauthorized-access", reason),
  notBuilt: (what: string) => refusal(501, "amqp:not-implemented", `The local Service Bus has no ${what}.`),
  notAllowed: (description: string) => refusal(400, "amqp:not-allowed", description),
  malformed: (description: string) => refusal(400, "amqp:decode-error", description),
  badArgument: (description: string) => refusal(400, "com.microsoft:argument-error", description),
  lockLost: () =>
    refusal(
      410,
      "com.microsoft:message-lock-lost",
      "The lock is not held: it expired, or the message was settled already.",
    ),
  messageNotFound: () =>
    refusal(404, "com.microsoft:message-not-found", "One or more of the messages do not exist or cannot be locked."),
  messageTooLarge: (bytes: number, bytesMax: number) =>
    refusal(
      403,
      "amqp:link:message-size-exceeded",
      `The message of ${bytes} bytes exceeds the limit of ${bytesMax} bytes on this link.`,
    ),
  queueFull: (name: string) =>
    refusal(403, "amqp:resource-limit-exceeded", `The queue '${name}' has reached its maximum size.`),
  ourFault: () => refusal(500, "amqp:internal-error", "The local Service Bus failed; its output tells why."),
} as const;
