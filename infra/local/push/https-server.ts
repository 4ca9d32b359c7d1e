import type { ServerResponse } from "node:http";
import type { Server, Socket } from "node:net";
import type { RawSocketOf } from "./answer-fault.ts";

/** The raw TCP socket of a TLS server's connection, by the client's port: undefined when there is none any more. */
export type RawSocketAt = (remotePort: number | undefined) => Socket | undefined;

/** Keeps each connection's TCP socket beside the TLS one, by the client's port, so that a fault can really reset it. */
export const rawSocketsByPort = (server: Server): RawSocketAt => {
  const sockets = new Map<number, Socket>();
  server.on("connection", (socket: Socket) => {
    const { remotePort = 0 } = socket;
    sockets.set(remotePort, socket);
    socket.once("close", () => {
      if (sockets.get(remotePort) === socket) sockets.delete(remotePort);
    });
  });
  return (remotePort = 0) => sockets.get(remotePort);
};

/** The same for a response of HTTP/1.1. */
export const rawSockets = (server: Server): RawSocketOf => {
  const rawSocketAt = rawSocketsByPort(server);
  return (response: ServerResponse) => rawSocketAt(response.socket?.remotePort);
};

/** Lets what runs finish, for a second; what hangs is cut. */
export const closed = (server: Server & { closeAllConnections: () => void }): Promise<void> =>
  new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), 1_000);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
  });
