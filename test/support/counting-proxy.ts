import { once } from "node:events";
import { Agent, createServer, request as requestTo, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** What passed: each wave is the requests that were on their way together, as `GET feeds`. */
export type CountingProxy = {
  readonly port: number;
  readonly waves: () => readonly (readonly string[])[];
  /** From now on requests are held and counted, from nothing; until then, and after `pass`, they go straight on. */
  readonly count: () => void;
  readonly pass: () => void;
  readonly stop: () => Promise<void>;
};

/** A wave goes on to the service when nothing has joined it for so long: far longer than a client needs between two sends. */
const quietMs = 150;

/**
 * A proxy before an HTTP service that holds each request until no other joins it, so that requests which do not wait for each
 * other's answers make one wave, and the number of waves is how many the client makes in sequence.
 */
export const startCountingProxy = async (targetPort: number): Promise<CountingProxy> => {
  let waves: string[][] = [];
  let isCounting = false;
  let held: (() => void)[] = [];
  let quiet: NodeJS.Timeout | undefined;
  const agent = new Agent({ keepAlive: true });

  const release = (): void => {
    for (const pass of held.splice(0)) pass();
  };
  const server = createServer((incoming, outgoing) => {
    const pass = (): void => {
      const { method, url: path, headers } = incoming;
      const onward = requestTo({ host: "127.0.0.1", port: targetPort, method, path, headers, agent }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on("error", () => outgoing.destroy());
      incoming.pipe(onward);
    };
    if (!isCounting) {
      pass();
      return;
    }
    if (held.length === 0) waves.push([]);
    waves.at(-1)?.push(nameOf(incoming));
    held.push(pass);
    clearTimeout(quiet);
    quiet = setTimeout(release, quietMs);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    port: (server.address() as AddressInfo).port,
    waves: () => waves,
    count: () => {
      waves = [];
      isCounting = true;
    },
    pass: () => {
      isCounting = false;
    },
    stop: async () => {
      clearTimeout(quiet);
      held = [];
      agent.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
};

/** The table, or `$batch`, without keys. */
const nameOf = ({ method, url = "" }: IncomingMessage): string =>
  `${method} ${/^\/[^/]+\/([^(?]+)/.exec(url)?.[1] ?? url}`;
