import type { Delivery, Message, Receiver, Sender, Typed } from "rhea";
import { refusals, Refused } from "./refusals.ts";
import { types } from "./rhea-seams.ts";

/** What a request is answered with. A status below 300 means it was done. */
export type Reply = {
  readonly status: number;
  readonly description: string;
  readonly condition?: string;
  readonly body?: unknown;
};

/** Names of the reply's application properties: `$cbs` and `$management` differ. */
export type ReplyNames = { readonly status: string; readonly description: string; readonly condition: string };

const creditMax = 100;

/**
 * Answers each message of a link by a message to its reply-to, found with `replyLink`. A request always gets an answer:
 * what `answer` throws becomes one, and our own faults are logged.
 */
export const serveRequests = (
  receiver: Receiver,
  names: ReplyNames,
  replyLink: (replyTo: string) => Sender | undefined,
  answer: (request: Message) => Promise<Reply>,
): void => {
  receiver.add_credit(creditMax);
  receiver.on("message", ({ message, delivery }: { message: Message; delivery: Delivery }) => {
    delivery.accept();
    receiver.add_credit(1);
    void replyTo(answer, message).then((reply) => {
      const link = typeof message.reply_to === "string" ? replyLink(message.reply_to) : undefined;
      if (link?.is_open()) link.send(encodeReply(message, reply, names));
    });
  });
};

const replyTo = async (answer: (request: Message) => Promise<Reply>, request: Message): Promise<Reply> => {
  try {
    return await answer(request);
  } catch (error) {
    if (!(error instanceof Refused)) console.error(error);
    return error instanceof Refused ? error.refusal : refusals.ourFault();
  }
};

const encodeReply = (request: Message, reply: Reply, names: ReplyNames): Message => {
  const properties: Record<string, Typed | string> = {
    [names.status]: types.wrap_int(reply.status),
    [names.description]: reply.description,
    ...(reply.condition !== undefined && { [names.condition]: types.wrap_symbol(reply.condition) }),
  };
  return {
    correlation_id: request.message_id as string,
    application_properties: properties,
    body: reply.body ?? {},
  };
};
