import type { ServerResponse } from "node:http";
import type { Server as TlsServer } from "node:https";
import type { Server, Socket } from "node:net";
import type { RawSocketOf } from "./answer-fault.ts";

/** Keeps each connection's TCP socket beside the TLS one, by the client's port, so that a fault can really reset it. */
export const rawSockets = (server: TlsServer): RawSocketOf => {
  const sockets = new Map<number, Socket>();
  server.on("connection", (socket: Socket) => {
    const { remotePort = 0 } = socket;
    sockets.set(remotePort, socket);
    socket.once("close", () => {
      if (sockets.get(remotePort) === socket) sockets.delete(remotePort);
    });
  });
  return (response: ServerResponse) => sockets.get(response.socket?.remotePort ?? 0);
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
