import { newVendorAccounts, credentialSettingsOf } from "../../../infra/local/vendor-accounts.ts";
import { startListenedStack, type ListenedStack } from "../../support/listened-stack.ts";

/** Keys of another developer, under the name `wrong`: well formed, and no vendor knows them. */
const wrongCredentials = (): Record<string, string> => {
  const accounts = newVendorAccounts();
  const ofFcm = { ...accounts.fcm, clientEmail: "sender@fanfare-local.iam.gserviceaccount.com" };
  const settings = Object.entries(
    credentialSettingsOf({ ...accounts, fcm: ofFcm }, "https://oauth2.googleapis.com/token"),
  );
  return Object.fromEntries(settings.map(([name, value]) => [name.replace("DEFAULT", "WRONG"), value]));
};

/** The stack that the stories of the native platforms share. Each has users of its own. */
export const startNativeStack = (): Promise<ListenedStack> => startListenedStack({ env: wrongCredentials() });
