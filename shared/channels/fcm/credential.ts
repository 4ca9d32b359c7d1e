import type { KeyObject } from "node:crypto";
import * as z from "zod";
import { jsonOf, privateKeyOf } from "../credential-text.ts";

/** A Google service account that may send for one Firebase project. */
export type FcmCredential = {
  readonly projectId: string;
  readonly clientEmail: string;
  readonly privateKeyId: string;
  readonly privateKey: KeyObject;
  /** Where its tokens come from: Google's own place, or a laptop's. Our assertion is as good as the key, for an hour. */
  readonly tokenUrl: string;
};

const wrong =
  "must be the JSON file of a service account's key, whole, as the Firebase console gives it (Project settings, Service accounts)";
const wrongKey = "has a private_key that is no RSA key in PEM: take the file as the Firebase console gave it";
const schema = z.object({
  type: z.literal("service_account"),
  project_id: z.string().regex(/^[a-z\d:.-]{1,100}$/),
  client_email: z.email(),
  private_key_id: z.string().min(1).max(200),
  private_key: z.string(),
  token_uri: z.url({ protocol: /^https$/ }),
});

const googleTokenUrl = "https://oauth2.googleapis.com/token";

/**
 * Reads an `FCM_CREDENTIAL_<NAME>`; its tokens come from `ownTokenUrl` where there is one, which is on a laptop, whatever the file says. Throws
 * an error whose message says what the setting must be. https://firebase.google.com/docs/cloud-messaging/send/v1-api
 */
export const fcmCredentialAt =
  (ownTokenUrl: string | undefined) =>
  (text: string): FcmCredential => {
    const { project_id: projectId, client_email: clientEmail, ...rest } = jsonOf(text, schema, wrong);
    const { private_key_id: privateKeyId, private_key: pem, token_uri: named } = rest;
    if (ownTokenUrl === undefined && named !== googleTokenUrl) {
      throw new Error("has a token_uri that is not Google's: take the file as the Firebase console gave it");
    }
    const privateKey = privateKeyOf(pem, "rsa", wrongKey);
    return { projectId, clientEmail, privateKeyId, privateKey, tokenUrl: ownTokenUrl ?? googleTokenUrl };
  };
