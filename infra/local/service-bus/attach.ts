import type { Receiver, Sender } from "rhea";
import { parseAddress, pathOf } from "./address.ts";
import type { Claims } from "./claims.ts";
import { acceptMessages } from "./incoming.ts";
import { answerManagement } from "./management.ts";
import { sendMessages } from "./outgoing.ts";
import type { QueueHost } from "./queue-host.ts";
import { refusals, Refused } from "./refusals.ts";
import { serveRequests, type ReplyNames } from "./requests.ts";
import { acknowledgeFlow, addressOf, answerAttach, filterOf } from "./rhea-seams.ts";

/** The namespace: its queues by lower-case name, the key that signs tokens, the clock. */
export type Namespace = {
  readonly queues: ReadonlyMap<string, QueueHost>;
  readonly key: string;
  readonly now: () => number;
};

/** One connected client: what it may do, and the links that carry our replies, by what a request's reply-to says. */
export type Client = {
  readonly claims: Claims;
  readonly replyLinks: Map<string, Sender>;
};

const cbsNames: ReplyNames = { status: "status-code", description: "status-description", condition: "error-condition" };
const managementNames: ReplyNames = {
  status: "statusCode",
  description: "statusDescription",
  condition: "errorCondition",
};
const settledMode = 1;
const nothingToUndo = (): void => undefined;

/**
 * A client wants to send: to a queue, or requests to `$cbs` or a `$management` node. Serves the link and returns what to do when it
 * ends. Throws `Refused`.
 */
export const openIncoming = (receiver: Receiver, client: Client, namespace: Namespace): (() => void) => {
  const text = addressOf(receiver.target);
  // The coordinator of a transaction is a target without an address.
  if (text === undefined) throw new Refused(refusals.notBuilt("transactions"));
  const address = parseAddress(text);
  const replyLink = (replyTo: string) => client.replyLinks.get(replyTo);
  if (address.kind === "cbs") {
    serveRequests(receiver, cbsNames, replyLink, (request) => Promise.resolve(client.claims.put(request)));
  } else {
    const { queue, lane } = findQueue(text, client, namespace);
    if (address.kind === "management") {
      serveRequests(receiver, managementNames, replyLink, (request) => answerManagement(request, queue, lane));
    } else {
      if (lane === "dead") throw new Refused(refusals.notAllowed("Nothing can be sent to a dead-letter queue."));
      acceptMessages(receiver, queue);
    }
  }
  receiver.set_target({ address: text });
  return nothingToUndo;
};

/** A client wants to receive: from a queue or its dead letters, or the replies to its requests. Like `openIncoming`. */
export const openOutgoing = (sender: Sender, client: Client, namespace: Namespace): (() => void) => {
  const text = addressOf(sender.source);
  if (text === undefined) throw new Refused(refusals.notBuilt("such source"));
  sender.on("sender_flow", () => acknowledgeFlow(sender));
  const address = parseAddress(text);
  const found = address.kind === "cbs" ? undefined : findQueue(text, client, namespace);
  if (found && address.kind === "queue") {
    if ("com.microsoft:session-filter" in filterOf(sender)) throw new Refused(refusals.notBuilt("sessions"));
    sender.set_source({ address: text });
    return sendMessages(sender, found.queue, found.lane);
  }
  sender.set_source({ address: text });
  // Replies are not worth a settlement each.
  answerAttach(sender, { snd_settle_mode: settledMode });
  const names = [sender.name, addressOf(sender.target) ?? sender.name];
  for (const name of names) client.replyLinks.set(name, sender);
  return () => {
    for (const name of names) if (client.replyLinks.get(name) === sender) client.replyLinks.delete(name);
  };
};

/** Claims come before existence: who may not look at an entity does not learn whether it is there. */
const findQueue = (text: string, client: Client, { queues }: Namespace) => {
  const address = parseAddress(text);
  if (!client.claims.allows(pathOf(text))) {
    throw new Refused(refusals.unauthorized(`No claim on this connection covers '${text}'.`));
  }
  if (!("queue" in address)) throw new Refused(refusals.notBuilt("transfer dead-letter queue"));
  const queue = queues.get(address.queue);
  if (!queue) throw new Refused(refusals.queueNotFound(text));
  return { queue, lane: address.lane };
};
