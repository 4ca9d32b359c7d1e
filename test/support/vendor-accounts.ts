import { randomBytes } from "node:crypto";
import {
  newApnsAccount,
  newFcmAccount,
  newWnsAccount,
  type VendorAccounts,
} from "../../infra/local/vendor-accounts.ts";
import { oncePerWorker } from "./once-per-worker.ts";

/** Accounts at all vendors that differ from others in all but FCM's RSA key, which takes a seventh of a second: a worker's tests have one. */
export const testAccounts = (): VendorAccounts => ({
  apns: newApnsAccount(),
  fcm: testFcmAccount(),
  wns: newWnsAccount(),
});

export const testFcmAccount = (): VendorAccounts["fcm"] => ({
  ...oncePerWorker("FCM account", newFcmAccount),
  privateKeyId: randomBytes(20).toString("hex"),
});
