import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { oldPage, oldWorker } from "../../contracts/compatibility/old-app.ts";
import type { LocalStack } from "../../support/stack.ts";

/** The app of somebody who came from Microsoft Graph notifications, on an origin of its own. */
export type OldAppSite = {
  readonly origin: string;
  /** The two lines are changed: from now on the app takes its library and its key from this stack. */
  readonly move: (stack: LocalStack) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Starts it, before the stack, which has to allow its origin (`CORS_ALLOWED_ORIGINS`). */
export const startOldAppSite = async (): Promise<OldAppSite> => {
  let files: Readonly<Record<string, readonly [type: string, text: string]>> = {};
  const server = createServer((request, response) => {
    const file = files[new URL(request.url ?? "/", "http://localhost").pathname];
    if (!file) return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": file[0], "cache-control": "no-store" }).end(file[1]);
  });
  await new Promise<void>((resolve) => server.listen({ host: "127.0.0.1", port: 0 }, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    move: async ({ stack: { httpUrl } }) => {
      const library = `${httpUrl}/client/graph-notifications-library.js`;
      const answer = await fetch(`${httpUrl}/beta/me/notifications/vapidPublicKey`);
      const { publicKey } = (await answer.json()) as { readonly publicKey: string };
      files = {
        "/": ["text/html;charset=utf-8", pageAround(library)],
        "/register.js": ["text/javascript", oldPage(publicKey)],
        "/service-worker.js": ["text/javascript", oldWorker(library)],
      };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const pageAround = (library: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>An old app</title>
<script src="${library}"></script>
<script src="register.js"></script>
</html>
`;
