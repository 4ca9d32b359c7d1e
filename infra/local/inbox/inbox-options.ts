import { inboxClientId, inboxScope } from "../identity/inbox-client.ts";
import { secretsIn } from "../secrets.ts";
import { seededUser } from "../seeded-user.ts";
import { dataDir, portOf, type PortName } from "../settings.ts";
import { browserUrlOf } from "../webpush/browsers/browser-url.ts";
import type { InboxOptions } from "./inbox.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the page is made of, from the settings that the supervisor gives the functions host. `FANFARE_INBOX_DIR` is where its files are;
 * undefined without it: then there is no page.
 */
export const inboxOptionsIn = async (env: Environment): Promise<InboxOptions | undefined> => {
  const folder = said(env.FANFARE_INBOX_DIR);
  if (folder === undefined) return undefined;
  const bus = said(env.ServiceBusConnection);
  const { apps } = await secretsIn(dataDir(env));
  const at = (port: PortName): string => `http://127.0.0.1:${portOf(port, env)}`;
  return {
    folder,
    config: {
      issuer: at("identity"),
      clientId: inboxClientId,
      scope: inboxScope,
      targetHostName: apps[0]?.hostName ?? "",
      httpUrl: at("http"),
      seededUser,
      webpushBrowserUrl: browserUrlOf(at("webpushControl")),
    },
    controls: {
      WebPush: at("webpushControl"),
      Windows: at("wnsControl"),
      iOS: at("apnsControl"),
      Android: at("fcmControl"),
    },
    bus: bus === undefined ? undefined : { connectionString: bus, adminUrl: said(env.SERVICEBUS_ADMIN_URL) },
    tablesConnection: said(env.TablesConnection),
  };
};

/** An empty setting counts as none. */
const said = (setting: string | undefined): string | undefined => (setting === "" ? undefined : setting);
