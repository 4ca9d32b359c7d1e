import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

/** A web server on an origin of its own, on this computer. */
export type Site = {
  readonly origin: string;
  /** Cuts off whoever is still connected. */
  readonly close: () => Promise<void>;
};

export const startSite = async (listener: RequestListener): Promise<Site> => {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen({ host: "127.0.0.1", port: 0 }, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
