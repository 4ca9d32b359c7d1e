import { oldPage, oldWorker } from "../../contracts/compatibility/old-app.ts";
import type { LocalStack } from "../../support/stack.ts";
import { startSite, type Site } from "./site.ts";

/** The app of somebody who came from Microsoft Graph notifications, on an origin of its own. */
export type OldAppSite = Site & {
  /** The two lines are changed: from now on the app takes its library and its key from this stack. */
  readonly move: (stack: LocalStack) => Promise<void>;
};

/** Starts it, before the stack, which has to allow its origin (`CORS_ALLOWED_ORIGINS`). */
export const startOldAppSite = async (): Promise<OldAppSite> => {
  let files: Readonly<Record<string, readonly [type: string, text: string]>> = {};
  const site = await startSite((request, response) => {
    const file = files[new URL(request.url ?? "/", "http://localhost").pathname];
    if (!file) return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": file[0], "cache-control": "no-store" }).end(file[1]);
  });
  return {
    ...site,
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
