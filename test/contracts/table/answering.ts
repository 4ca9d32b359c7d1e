import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createPipelineRequest } from "@azure/core-rest-pipeline";
import type { HttpClient, PipelineRequest, PipelineRequestOptions, PipelineResponse } from "@azure/core-rest-pipeline";
import { onTestFinished } from "vitest";

/** The port of loopback on which this server listens until the test is over. */
const listening = async (server: Server): Promise<number> => {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => void sockets.add(socket.once("close", () => sockets.delete(socket))));
  server.listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
};

export const serving = (listener: RequestListener): Promise<number> => listening(createHttpServer(listener));

/** A server of bare connections; what goes wrong with one is the test's own doing. */
export const connecting = (connected: (socket: Socket) => void): Promise<number> =>
  listening(createTcpServer((socket) => connected(socket.on("error", () => undefined))));

/** Answers each request with these bytes, a piece after the other, and keeps the connection unless told otherwise. */
export const saying = (pieces: readonly (string | Buffer)[], { close = false } = {}): Promise<number> =>
  connecting((socket) => {
    socket.setNoDelay(true).on("data", () => {
      const say = (at: number): void => {
        const piece = pieces[at];
        if (piece !== undefined) socket.write(piece, () => setTimeout(say, 15, at + 1));
        else if (close) socket.end();
      };
      say(0);
    });
  });

export const requestOf = (url: string, options: Partial<PipelineRequestOptions> = {}): PipelineRequest =>
  createPipelineRequest({ url, allowInsecureConnection: true, ...options });

export const get = (client: HttpClient, port: number, abortSignal?: AbortSignal): Promise<PipelineResponse> =>
  client.sendRequest(requestOf(`http://127.0.0.1:${port}/`, abortSignal && { abortSignal }));
