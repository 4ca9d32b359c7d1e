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

  /**
   * Throws when the key is not configured any more, or the text was tampered with, moved, or never sealed: only what `seal` made
   * opens, to the character. Of what it was given an error shows the id at most.
   */
  open: (sealed: string, place: string): string => {
    const [, id, text = ""] = form.exec(sealed) ?? [];
    const bytes = Buffer.from(text, "base64url");
    // The last character of base64 has spare bits: of the texts that decode to the same bytes one is ours.
    const isWhole = bytes.length >= ivBytes + tagBytes && bytes.toString("base64url") === text;
    if (id === undefined || !isWhole) throw new Error("An encrypted text is malformed.");
    const key = keys.find((candidate) => candidate.id === id)?.key;
    if (!key) throw new Error(`DATA_KEYS no longer holds the key "${id}", with which a stored row was encrypted.`);
    const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes });
    decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(-tagBytes));
    return decipher.update(bytes.subarray(ivBytes, -tagBytes), undefined, "utf8") + decipher.final("utf8");
  },
});

/** `<key id>.<nonce, ciphertext and tag>`; ids are what DATA_KEYS allows. */
const form = /^(\w+)\.([\w-]+)$/;

/** The id of the key that a text was sealed with; undefined for one that never was. */
export const keyIdOf = (sealed: unknown): string | undefined =>
  typeof sealed === "string" ? form.exec(sealed)?.[1] : undefined;

export type DataCipher = ReturnType<typeof dataCipher>;

/**
 * The keys of the setting DATA_KEYS: `id:key` pairs, comma-separated, each id once, the key 32 bytes in base64. Undefined for any other
 * text: of two keys with one id the second would never be tried, and what it encrypted would be lost.
 */
export const dataKeysFrom = (text: string): [DataKey, ...DataKey[]] | undefined => {
  const pairs = text.split(",").flatMap((part) => part.trim() || []);
  const keys = pairs.flatMap((pair) => {
    const [, id, base64 = ""] = /^(\w+):(.+)$/.exec(pair) ?? [];
    const key = Buffer.from(base64, "base64");
    return id !== undefined && key.length === 32 ? { id, key } : [];
  });
  const [first, ...rest] = keys;
  const isWhole = keys.length === pairs.length && new Set(keys.map(({ id }) => id)).size === keys.length;
  return first && isWhole ? [first, ...rest] : undefined;
};
