import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certificateIn } from "../../../infra/local/push/certificate.ts";

export type TlsServer = {
  /** The authority (PEM) behind its certificate, which is for 127.0.0.1, ::1 and localhost. */
  readonly ca: string;
  readonly port: number;
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** How many connections are open. */
  readonly connections: () => Promise<number>;
  /** How many connections were ever opened, before any TLS. */
  readonly visits: () => number;
  readonly stop: () => Promise<void>;
};

/** A server of the test's own on a free port of 127.0.0.1, behind an authority that signed for it alone. */
export const startTlsServer = async (listener: RequestListener): Promise<TlsServer> => {
  const folder = await mkdtemp(join(tmpdir(), "fanfare-tls-"));
  const { ca, ...tls } = await certificateIn(folder, Date.now());
  await rm(folder, { recursive: true });
  let visits = 0;
  const server = createServer(tls, listener)
    .on("connection", () => (visits += 1))
    .listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    ca,
    port,
    host: `127.0.0.1:${port}`,
    connections: () => new Promise((resolve) => server.getConnections((_, count) => resolve(count))),
    visits: () => visits,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
};
