import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { corsOf } from "../../../infra/local/functions-host/http/cors.ts";
import { createHttpServer } from "../../../infra/local/functions-host/http/http-server.ts";
import { openInbox, type InboxOptions } from "../../../infra/local/inbox/inbox.ts";
import { closedPort } from "../../support/closed-port.ts";

type Asking = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};
type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string };

/** What the control API of a push service is asked, and what it answers. */
export type ControlStub = {
  readonly url: string;
  readonly asked: string[];
  /** The answer to everything, until it is another one. */
  answers: { status: number; body: unknown };
  readonly stop: () => Promise<void>;
};

/** The functions host's front door with the page before it, and an app behind it that has no functions. */
export const inboxUnderTest = async (more: Partial<InboxOptions> = {}) => {
  const parent = await mkdtemp(join(tmpdir(), "fanfare-inbox-"));
  const folder = join(parent, "inbox");
  await mkdir(folder);
  await writeFile(join(parent, "secret.js"), "secret");
  const files = {
    "index.html": "<!doctype html>",
    "main.js": "main",
    "page.css": "css",
    "service-worker.js": "worker",
    ".hidden.js": "hidden",
    "notes.txt": "notes",
  };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
  const nowhere = `http://127.0.0.1:${await closedPort()}`;
  const front = openInbox({
    folder,
    config: {
      issuer: "http://127.0.0.1:7172",
      clientId: "page",
      scope: "openid",
      targetHostName: "app.example",
      httpUrl: "http://127.0.0.1:7171",
      seededUser: "ada@contoso.com",
      webpushBrowserUrl: null,
    },
    controls: { WebPush: nowhere, Windows: nowhere, iOS: nowhere, Android: nowhere },
    bus: undefined,
    tablesConnection: undefined,
    ...more,
  });
  const server = createHttpServer({
    functions: [
      {
        kind: "http",
        name: "app",
        trigger: "request",
        methods: ["GET", "POST"],
        route: { template: "{*rest}", pattern: /^\/.*$/s, names: [] },
        registration: {} as never,
      },
    ],
    cors: corsOf("*"),
    front,
    answer: ({ response, platformHeaders }) => {
      response.writeHead(200, platformHeaders).end("the app");
    },
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  /** By Node's own client: `fetch` would tidy the path up, and lets nobody choose Host. */
  const ask = (path: string, { method = "GET", headers = {}, body }: Asking = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const asking = request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      });
      asking.on("error", reject).end(body);
    });

  return {
    ask,
    origin: `http://127.0.0.1:${port}`,
    folder,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await front.close();
      await rm(parent, { recursive: true });
    },
  };
};

export const controlStub = async (body: unknown = []): Promise<ControlStub> => {
  const stub: Omit<ControlStub, "url" | "stop"> = { asked: [], answers: { status: 200, body } };
  const server = createServer((asked, response) => {
    let text = "";
    asked.setEncoding("utf8").on("data", (piece: string) => (text += piece));
    asked.on("end", () => {
      stub.asked.push(`${asked.method ?? ""} ${asked.url ?? ""} ${text}`.trim());
      const { status, body: answer } = stub.answers;
      response.writeHead(status).end(answer === undefined ? "" : JSON.stringify(answer));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return Object.assign(stub, {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
};
