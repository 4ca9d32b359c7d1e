import { createServer, type Server, type Socket } from "node:net";
import type { Connection, Receiver, Sender } from "rhea";
import { parseAddress, pathOf } from "./address.ts";
import { claims, type Claims } from "./claims.ts";
import { acceptMessages } from "./incoming.ts";
import { answerManagement } from "./management.ts";
import { sendMessages } from "./outgoing.ts";
import type { QueueHost } from "./queue-host.ts";
import { refusals, type Refusal } from "./refusals.ts";
import { serveRequests, type ReplyNames } from "./requests.ts";
import { acceptSocket, answerAttach, createContainer } from "./rhea-seams.ts";

/** Azure's own values: frames of 64 KiB, and a connection silent for four minutes is given up. */
const connectionOptions = {
  max_frame_size: 65_536,
  idle_time_out: 240_000,
  tcp_no_delay: true,
  reconnect: false,
  sender_options: { autosettle: false, treat_modified_as_released: false },
  receiver_options: { autoaccept: false, credit_window: 0 },
};

const cbsNames: ReplyNames = { status: "status-code", description: "status-description", condition: "error-condition" };
const managementNames: ReplyNames = {
  status: "statusCode",
  description: "statusDescription",
  condition: "errorCondition",
};

/** The namespace: its queues by lower-case name, the key that signs tokens, the clock. */
export type Namespace = {
  readonly queues: ReadonlyMap<string, QueueHost>;
  readonly key: string;
  readonly now: () => number;
};

/** One connected client. */
type Client = {
  readonly claims: Claims;
  /** Links that carry our replies, by the address or name a request's reply-to says. */
  readonly replyLinks: Map<string, Sender>;
  /** What to undo when a link, its session or the connection ends. */
  readonly endings: Map<Sender | Receiver, () => void>;
  timer?: NodeJS.Timeout;
};

/** The AMQP 1.0 side of the namespace. `closeAll` ends every connection, telling the client that it may come back. */
export const createBroker = (
  namespace: Namespace,
): { readonly server: Server; readonly closeAll: () => Promise<void> } => {
  const container = createContainer(connectionOptions);
  const clients = new WeakMap<Connection, Client>();
  const sockets = new Map<Socket, Connection>();

  const clientOf = (connection: Connection): Client => {
    const known = clients.get(connection);
    if (known) return known;
    const client: Client = { claims: claims(namespace.key, namespace.now), replyLinks: new Map(), endings: new Map() };
    clients.set(connection, client);
    return client;
  };
  const end = (client: Client, link: Sender | Receiver): void => {
    client.endings.get(link)?.();
    client.endings.delete(link);
  };

  container.on("receiver_open", ({ receiver }: { receiver: Receiver }) => {
    const client = clientOf(receiver.connection);
    openIncoming(receiver, client, namespace);
  });
  container.on("sender_open", ({ sender }: { sender: Sender }) => {
    const client = clientOf(sender.connection);
    openOutgoing(sender, client, namespace);
  });
  container.on("sender_close", ({ sender }: { sender: Sender }) => end(clientOf(sender.connection), sender));
  container.on("receiver_close", ({ receiver }: { receiver: Receiver }) =>
    end(clientOf(receiver.connection), receiver),
  );
  container.on("session_close", ({ session, connection }: { session: unknown; connection: Connection }) => {
    const client = clientOf(connection);
    for (const link of [...client.endings.keys()]) if (link.session === session) end(client, link);
  });
  const endAll = ({ connection }: { connection: Connection }): void => {
    const client = clientOf(connection);
    clearTimeout(client.timer);
    for (const link of [...client.endings.keys()]) end(client, link);
  };
  container.on("connection_close", endAll);
  container.on("disconnected", endAll);
  // Without listeners rhea would throw these; a client's broken bytes or closed socket end that client only.
  for (const event of [
    "connection_error",
    "session_error",
    "sender_error",
    "receiver_error",
    "protocol_error",
    "error",
  ]) {
    container.on(event, () => undefined);
  }

  const server = createServer((socket) => {
    sockets.set(socket, acceptSocket(container, connectionOptions, socket));
    socket.once("close", () => sockets.delete(socket));
  });
  const closeAll = async (): Promise<void> => {
    const closed = [...sockets.keys()].map(
      (socket) => new Promise<void>((resolve) => socket.once("close", () => resolve())),
    );
    for (const connection of sockets.values()) {
      connection.close({ condition: "amqp:connection:forced", description: "The local Service Bus stops." });
    }
    const patience = setTimeout(() => {
      for (const socket of sockets.keys()) socket.destroy();
    }, 1000);
    await Promise.all(closed);
    clearTimeout(patience);
  };
  return { server, closeAll };
};

/** A client wants to send: to a queue, or requests to `$cbs` or a `$management` node. */
const openIncoming = (receiver: Receiver, client: Client, namespace: Namespace): void => {
  const text: unknown = receiver.target?.address; // eslint-disable-line @typescript-eslint/no-unnecessary-condition
  if (typeof text !== "string") return refuse(receiver, refusals.notBuilt("transactions"));
  const address = parseAddress(text);
  receiver.set_target({ address: text });
  const replyLink = (replyTo: string | undefined) => client.replyLinks.get(replyTo ?? "");
  if (address.kind === "cbs") {
    serveRequests(receiver, cbsNames, replyLink, (request) => {
      const reply = client.claims.put(request);
      watchClaims(client, namespace);
      return Promise.resolve(reply);
    });
    return;
  }
  const queue = findQueue(text, client, namespace);
  if ("condition" in queue) return refuse(receiver, queue);
  if (address.kind === "management") {
    serveRequests(receiver, managementNames, replyLink, (request) => answerManagement(request, queue, address.lane));
  } else if (address.kind === "queue" && address.lane === "main") {
    acceptMessages(receiver, queue);
  } else {
    return refuse(receiver, refusals.notAllowed("Nothing can be sent to a dead-letter queue."));
  }
  client.endings.set(receiver, () => undefined);
};

/** A client wants to receive: from a queue or its dead letters, or the replies to its requests. */
const openOutgoing = (sender: Sender, client: Client, namespace: Namespace): void => {
  const text: unknown = sender.source?.address; // eslint-disable-line @typescript-eslint/no-unnecessary-condition
  if (typeof text !== "string") return refuse(sender, refusals.notBuilt("such source"));
  const address = parseAddress(text);
  sender.set_source({ address: text });
  const queue = address.kind === "cbs" ? undefined : findQueue(text, client, namespace);
  if (queue && "condition" in queue) return refuse(sender, queue);
  if (address.kind === "transfer-dead-letters") return refuse(sender, refusals.notBuilt("transfer dead-letter queue"));
  if (queue && address.kind === "queue") {
    if (hasSessionFilter(sender)) return refuse(sender, refusals.notBuilt("sessions"));
    client.endings.set(sender, sendMessages(sender, queue, address.lane));
    return;
  }
  answerAttach(sender, { snd_settle_mode: 1 });
  const names = [sender.name, sender.target?.address].filter((name) => typeof name === "string"); // eslint-disable-line @typescript-eslint/no-unnecessary-condition
  for (const name of names) client.replyLinks.set(name, sender);
  client.endings.set(sender, () => {
    for (const name of names) if (client.replyLinks.get(name) === sender) client.replyLinks.delete(name);
  });
};

const findQueue = (text: string, client: Client, { queues }: Namespace): QueueHost | Refusal => {
  if (!client.claims.allows(pathOf(text))) {
    return refusals.unauthorized("Unauthorized access. 'Send' or 'Listen' claims for this entity are required.");
  }
  const address = parseAddress(text);
  const queue = "queue" in address ? queues.get(address.queue) : undefined;
  return queue ?? ("queue" in address ? refusals.queueNotFound(text) : refusals.notBuilt("transfer dead-letter queue"));
};

const hasSessionFilter = (sender: Sender): boolean =>
  "com.microsoft:session-filter" in Object((sender.source as { filter?: unknown }).filter ?? {});

const refuse = (link: Sender | Receiver, { condition, description }: Refusal): void =>
  link.close({ condition, description });

/** A link lives no longer than the claim that allowed it; clients renew theirs in time. */
const watchClaims = (client: Client, namespace: Namespace): void => {
  clearTimeout(client.timer);
  const at = client.claims.nextEnd();
  if (at === undefined) return;
  client.timer = setTimeout(
    () => {
      for (const link of client.endings.keys()) {
        const text = link.is_receiver() ? link.target.address : link.source.address;
        const isFree = parseAddress(text).kind === "cbs";
        if (!isFree && !client.claims.allows(pathOf(text)))
          refuse(link, refusals.unauthorized("The token has expired."));
      }
      watchClaims(client, namespace);
    },
    Math.min(Math.max(at - namespace.now(), 1000), 86_400_000),
  );
};
