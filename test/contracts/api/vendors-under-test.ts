import { pushControl, type NewDevice, type PushControl } from "../../../infra/local/push/control-client.ts";
import { credentialSettingsOf, type VendorAccounts } from "../../../infra/local/vendor-accounts.ts";
import type { Backends } from "../../support/backends.ts";
import { testAccounts } from "../../support/vendor-accounts.ts";
import { startLocalApns } from "../apns-service/local-apns.ts";
import { startLocalService as startLocalFcm } from "../fcm-service/local-service.ts";
import { startLocalService as startLocalWebPush } from "../webpush-service/local-service.ts";
import { startLocalWns } from "../wns-service/local-wns.ts";

export type PlatformType = NewDevice["platformType"];

/** The four local push services in this process, by its own clock. */
export type VendorsUnderTest = {
  /** The app's settings, with which it pushes to them; with keys that they do not know, if it is given such. */
  readonly settings: (accounts?: VendorAccounts) => Record<string, string>;
  readonly pushTo: Readonly<Record<PlatformType, PushControl>>;
  readonly stop: () => Promise<void>;
};

export const startVendors = async (backends: Backends): Promise<VendorsUnderTest> => {
  const accounts = testAccounts();
  const now = (): number => Date.now();
  const [wns, apns, fcm, webpush] = await Promise.all([
    startLocalWns({ now, account: accounts.wns }),
    startLocalApns({ now, account: accounts.apns }),
    startLocalFcm({ now, account: accounts.fcm }),
    startLocalWebPush({ now, keys: backends.secrets.vapid }),
  ]);
  const all = [wns, apns, fcm, webpush];
  return {
    settings: (sending = accounts) =>
      backends.settings({
        PUSH_HOSTS_EXTRA: all.map(({ url }) => new URL(url).host).join(),
        PUSH_EXTRA_CA: all.map(({ ca }) => ca).join(""),
        APNS_URL: apns.url,
        APNS_SANDBOX_URL: apns.url.replace("127.0.0.1", "localhost"),
        FCM_URL: fcm.url,
        FCM_TOKEN_URL: `${fcm.url}/token`,
        WNS_TOKEN_URL: `${wns.url}/oauth2/v2.0/token`,
        ...credentialSettingsOf(sending, `${fcm.url}/token`),
      }),
    pushTo: {
      Windows: pushControl(wns.controlUrl),
      iOS: pushControl(apns.controlUrl),
      Android: pushControl(fcm.controlUrl),
      WebPush: pushControl(webpush.controlUrl),
    },
    stop: async () => {
      await Promise.all(all.map((service) => service.stop()));
    },
  };
};
