import { createPrivateKey, type KeyObject } from "node:crypto";
import type * as z from "zod";

/** Reads a credential's setting as JSON. Throws an error of these words, and of none that were given, when it is not as it must be. */
export const jsonOf = <T>(text: string, schema: z.ZodType<T>, wrong: string): T => {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new Error(wrong);
  }
};

/** Reads a private key in PEM. Throws likewise when it is none, or not of the kind. */
export const privateKeyOf = (pem: string, kind: "rsa" | "P-256", wrong: string): KeyObject => {
  try {
    const key = createPrivateKey(pem);
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
    if (kind === "rsa" ? type === "rsa" : type === "ec" && details?.namedCurve === "prime256v1") return key;
  } catch {
    // told below, without a word of what was given
  }
  throw new Error(wrong);
};
