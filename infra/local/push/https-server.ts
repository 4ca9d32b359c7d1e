import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Server, Socket } from "node:net";
import type { RawSocketOf } from "./answer-fault.ts";

/** The TCP sockets of a TLS server's connections, by the client's port, as they come and go: so that a fault can really reset one. */
export const rawSocketsByPort = (server: Server): ReadonlyMap<number, Socket> => {
  const sockets = new Map<number, Socket>();
  server.on("connection", (socket: Socket) => {
    const { remotePort = 0 } = socket;
    sockets.set(remotePort, socket);
    socket.once("close", () => {
      if (sockets.get(remotePort) === socket) sockets.delete(remotePort);
    });
  });
  return sockets;
};

/** The same for a response of HTTP/1.1. */
export const rawSockets = (server: Server): RawSocketOf => {
  const sockets = rawSocketsByPort(server);
  return (response: ServerResponse) => sockets.get(response.socket?.remotePort ?? 0);
};

/** A listener of HTTP/1.1 that answers by `route`; when that fails, it says so on the console, and `ownFault` to the sender. */
export const listenerOf =
  (
    route: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
    ownFault: (response: ServerResponse) => void,
  ): RequestListener =>
  (request, response) => {
    route(request, response).catch((error: unknown) => {
      if (!request.complete) return; // the sender went away in mid-message: nobody to tell, and nothing was done
      console.error(error);
      if (response.headersSent) response.destroy();
      else ownFault(response);
    });
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
