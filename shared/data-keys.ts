import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/** One AES-256 key for data at rest, with the id that is written beside what it encrypted. */
export type DataKey = { readonly id: string; readonly key: Uint8Array };

const ivBytes = 12;
const tagBytes = 16;

/**
 * Encrypts short texts (channels, UNSIDs) for the table with AES-256-GCM, fresh nonce each time.
 * `place` (the row it is for) is authenticated with it, so a ciphertext moved to another row does not open.
 * The first key encrypts; the others still decrypt what they once encrypted, which is how a key is rotated.
 */
export const dataCipher = (keys: readonly [DataKey, ...DataKey[]]) => ({
  seal: (text: string, place: string): string => {
    const [{ id, key }] = keys;
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(place));
    const sealed = Buffer.concat([iv, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
    return `${id}.${sealed.toString("base64url")}`;
  },

  /** Throws when the key is not configured any more, or the text was tampered with or moved. */
  open: (sealed: string, place: string): string => {
    const [id = "", text = ""] = sealed.split(".");
    const key = keys.find((candidate) => candidate.id === id)?.key;
    if (!key) throw new Error(`DATA_KEYS no longer holds the key "${id}", with which a stored row was encrypted.`);
    const bytes = Buffer.from(text, "base64url");
    const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes });
    decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(-tagBytes));
    return decipher.update(bytes.subarray(ivBytes, -tagBytes), undefined, "utf8") + decipher.final("utf8");
  },
});

export type DataCipher = ReturnType<typeof dataCipher>;
