import { createServer, type Server, type Socket } from "node:net";
import type { Connection, Receiver, Sender, Session } from "rhea";
import { parseAddress, pathOf } from "./address.ts";
import { openIncoming, openOutgoing, type Client, type Namespace } from "./attach.ts";
import { claims } from "./claims.ts";
import { refusals, Refused, type Refusal } from "./refusals.ts";
import { acceptSocket, addressOf, createContainer } from "./rhea-seams.ts";

/** Azure's own values: frames of 64 KiB, and a connection silent for four minutes is given up. */
const connectionOptions = {
  max_frame_size: 65_536,
  idle_time_out: 240_000,
  tcp_no_delay: true,
  reconnect: false,
  sender_options: { autosettle: false, treat_modified_as_released: false },
  receiver_options: { autoaccept: false, credit_window: 0 },
};
const closePatienceMs = 1000;
const claimsCheckMs = 1000;

type Link = Sender | Receiver;

/** The AMQP 1.0 side of the namespace. `closeAll` ends every connection, telling the client that it may come back. */
export type Broker = { readonly server: Server; readonly closeAll: () => Promise<void> };

export const createBroker = (namespace: Namespace): Broker => {
  const container = createContainer(connectionOptions);
  const connections = new Map<Connection, ConnectedClient>();
  const sockets = new Map<Socket, Connection>();

  const clientOf = (connection: Connection): ConnectedClient => {
    const client = connections.get(connection) ?? connectClient(namespace);
    connections.set(connection, client);
    return client;
  };
  const onConnectionEnd = ({ connection }: { connection: Connection }): void => {
    connections.get(connection)?.end();
    connections.delete(connection);
  };

  container.on("receiver_open", ({ receiver }: { receiver: Receiver }) => {
    const client = clientOf(receiver.connection);
    client.open(receiver, () => openIncoming(receiver, client, namespace));
  });
  container.on("sender_open", ({ sender }: { sender: Sender }) => {
    const client = clientOf(sender.connection);
    client.open(sender, () => openOutgoing(sender, client, namespace));
  });
  container.on("receiver_close", ({ receiver }: { receiver: Receiver }) => {
    connections.get(receiver.connection)?.endLink(receiver);
  });
  container.on("sender_close", ({ sender }: { sender: Sender }) => {
    connections.get(sender.connection)?.endLink(sender);
  });
  container.on("session_close", ({ session }: { session: Session }) => {
    connections.get(session.connection)?.endSession(session);
  });
  container.on("connection_close", onConnectionEnd);
  container.on("disconnected", onConnectionEnd);
  // Without listeners rhea throws these. A client's broken bytes or lost socket end that client only.
  for (const name of ["connection", "session", "sender", "receiver", "protocol"]) {
    container.on(`${name}_error`, () => undefined);
  }
  container.on("error", () => undefined);

  const server = createServer((socket) => {
    sockets.set(socket, acceptSocket(container, connectionOptions, socket));
    socket.once("close", () => sockets.delete(socket));
  });
  const closeAll = async (): Promise<void> => {
    const closed = [...sockets.keys()].map((socket) => new Promise((resolve) => socket.once("close", resolve)));
    for (const connection of sockets.values()) {
      connection.close({ condition: "amqp:connection:forced", description: "The local Service Bus stops." });
    }
    const patience = setTimeout(() => {
      for (const socket of sockets.keys()) socket.destroy();
    }, closePatienceMs);
    await Promise.all(closed);
    clearTimeout(patience);
  };
  return { server, closeAll };
};

type ConnectedClient = ReturnType<typeof connectClient>;

/** One client and its links: each is opened or refused, undone when it ends, and closed when the claim it rests on ends. */
const connectClient = ({ key, now }: Namespace) => {
  const endings = new Map<Link, () => void>();
  const client: Client = { claims: claims(key, now), replyLinks: new Map() };

  const endLink = (link: Link): void => {
    const ending = endings.get(link);
    endings.delete(link);
    ending?.();
  };
  const closeUnclaimed = (): void => {
    for (const link of endings.keys()) {
      const text = addressOf(link.is_receiver() ? link.target : link.source) ?? "";
      if (parseAddress(text).kind === "cbs" || client.claims.allows(pathOf(text))) continue;
      refuse(link, refusals.unauthorized("The token has expired."));
    }
  };
  const claimsCheck = setInterval(closeUnclaimed, claimsCheckMs);

  return {
    ...client,
    endLink,
    open: (link: Link, serve: () => () => void): void => {
      try {
        endings.set(link, serve());
      } catch (error) {
        if (!(error instanceof Refused)) console.error(error);
        refuse(link, error instanceof Refused ? error.refusal : refusals.ourFault());
      }
    },
    endSession: (session: Session): void => {
      for (const link of [...endings.keys()]) if (link.session === session) endLink(link);
    },
    end: (): void => {
      clearInterval(claimsCheck);
      for (const link of [...endings.keys()]) endLink(link);
    },
  };
};

const refuse = (link: Link, { condition, description }: Refusal): void => {
  link.close({ condition, description });
};
