import { newVendorAccounts, credentialSettingsOf } from "../../../infra/local/vendor-accounts.ts";

/** Keys of another developer, under the name `wrong`: well formed, and no vendor knows them. */
export const wrongCredentials = (): Record<string, string> => {
  const accounts = newVendorAccounts();
  const ofFcm = { ...accounts.fcm, clientEmail: "sender@fanfare-local.iam.gserviceaccount.com" };
  const settings = Object.entries(
    credentialSettingsOf({ ...accounts, fcm: ofFcm }, "https://oauth2.googleapis.com/token"),
  );
  return Object.fromEntries(settings.map(([name, value]) => [name.replace("DEFAULT", "WRONG"), value]));
};
