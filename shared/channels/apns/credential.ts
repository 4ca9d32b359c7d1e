import type { KeyObject } from "node:crypto";
import * as z from "zod";
import { jsonOf, privateKeyOf } from "../credential-text.ts";

/** A token signing key of the Apple Developer account (a .p8 file), which signs for every app of its team. */
export type ApnsCredential = {
  readonly teamId: string;
  readonly keyId: string;
  readonly privateKey: KeyObject;
};

const wrong =
  'must be JSON: {"teamId":"<10 characters>","keyId":"<10 characters>","privateKey":"<the .p8 file, with its line ends as \\n>"}';
const wrongKey =
  "has a privateKey that is no P-256 key in PEM: it must be the .p8 file from the Apple Developer account";
const tenCharacters = z.string().regex(/^[A-Z\d]{10}$/);
const schema = z.object({ teamId: tenCharacters, keyId: tenCharacters, privateKey: z.string() });

/**
 * Reads an `APNS_CREDENTIAL_<NAME>`. Throws an error whose message says what it must be.
 * https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
 */
export const apnsCredentialFrom = (text: string): ApnsCredential => {
  const { teamId, keyId, privateKey } = jsonOf(text, schema, wrong);
  return { teamId, keyId, privateKey: privateKeyOf(privateKey, "P-256", wrongKey) };
};
