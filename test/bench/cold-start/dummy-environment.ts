import { createECDH, randomBytes } from "node:crypto";
import { newVendorAccounts } from "../../../infra/local/vendor-accounts.ts";
import { appEnvironment } from "../../../infra/local/supervisor/app-environment.ts";

/** A complete configuration of the app, in which nothing exists: to be registered it must not connect anywhere. */
export const dummyEnvironment = (): Record<string, string> => {
  const vapid = createECDH("prime256v1");
  vapid.setPrivateKey(Buffer.alloc(32, 1));
  return appEnvironment({
    secrets: {
      vapid: { publicKey: vapid.getPublicKey("base64url"), privateKey: vapid.getPrivateKey("base64url") },
      dataKey: `k1:${randomBytes(32).toString("base64")}`,
    },
    publicUrl: "http://127.0.0.1:1",
    issuer: "http://127.0.0.1:1",
    audience: "api://bench",
    serviceBusConnection:
      "Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=bench;SharedAccessKey=YmVuY2g=;UseDevelopmentEmulator=true",
    tablesConnection:
      "DefaultEndpointsProtocol=http;AccountName=bench;AccountKey=YmVuY2g=;TableEndpoint=http://127.0.0.1:1/bench;",
    pushHosts: ["127.0.0.1:1"],
    pushAuthorities: ["none"],
    vendors: { apns: "https://127.0.0.1:7074", fcm: "https://127.0.0.1:7075", wns: "https://127.0.0.1:7076" },
    vendorAccounts: newVendorAccounts(),
  });
};
