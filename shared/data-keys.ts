import { isAscii } from "node:buffer";
import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from "node:crypto";

/** One AES-256 key for data at rest, with the id that is written beside what it encrypted. */
export type DataKey = { readonly id: string; readonly key: Uint8Array };

const ivBytes = 12;
const tagBytes = 16;

/**
 * Encrypts short texts (channels, UNSIDs) for the table with AES-256-GCM, fresh nonce each time.
 * `place` (the row it is for) is authenticated with it, so a ciphertext moved to another row does not open.
 * The first key encrypts; the others still decrypt what they once encrypted, which is how a key is rotated.
 */
export const dataCipher = (keys: readonly [DataKey, ...DataKey[]]) => {
  // Made once: on Node 24 bytes as a key cost seven times as much, for each text anew.
  const withSecret = ({ id, key }: DataKey) => ({ id, secret: createSecretKey(key) });
  const [first, ...others] = keys;
  const current = withSecret(first);
  const all = [current, ...others.map(withSecret)];
  return {
    seal: (text: string, place: string): string => {
      const { id, secret } = current;
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv("aes-256-gcm", secret, iv).setAAD(Buffer.from(place));
      const sealed = Buffer.concat([iv, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return `${id}.${sealed.toString("base64url")}`;
    },

    /**
     * Throws when the key is not configured any more, or the text was tampered with, moved, or never sealed: only what `seal` made
     * opens, to the character. Of what it was given an error shows the id at most.
     */
    open: (sealed: string, place: string): string => {
      const dot = sealed.indexOf(".");
      const id = sealed.slice(0, Math.max(0, dot));
      const printed = sealed.slice(dot + 1);
      const bytes = Buffer.from(printed, "base64url");
      // The decoder skips what it does not know, and the last character has spare bits: of the texts that decode to the same bytes one is ours.
      const isWhole = bytes.length >= ivBytes + tagBytes && bytes.toString("base64url") === printed;
      if (!isKeyId(id) || !isWhole) throw new Error("An encrypted text is malformed.");
      const secret = all.find((candidate) => candidate.id === id)?.secret;
      if (!secret) throw new Error(`DATA_KEYS no longer holds the key "${id}", with which a stored row was encrypted.`);
      const decipher = createDecipheriv("aes-256-gcm", secret, bytes.subarray(0, ivBytes), { authTagLength: tagBytes });
      decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(-tagBytes));
      const text = decipher.update(bytes.subarray(ivBytes, -tagBytes));
      decipher.final(); // throws, and what was deciphered is nobody's, unless the tag is right
      return text.toString(isAscii(text) ? "latin1" : "utf8"); // the same, at a tenth of the time
    },
  };
};

/** `<key id>.<nonce, ciphertext and tag>`; ids are what DATA_KEYS allows. */
const form = /^(\w+)\.([\w-]+)$/;
const isKeyId = (text: string): boolean => /^\w+$/.test(text);

/** The id of the key that a text was sealed with; undefined for one that never was. */
export const keyIdOf = (sealed: unknown): string | undefined =>
  typeof sealed === "string" ? form.exec(sealed)?.[1] : undefined;

export type DataCipher = ReturnType<typeof dataCipher>;

type DataKeys = [DataKey, ...DataKey[]];

/** What the setting DATA_KEYS was read to. A fault says which part of it is wrong, and quotes nothing but ids of whole keys. */
export type DataKeysRead = { readonly kind: "read"; readonly keys: DataKeys } | Faulty;
type Faulty = { readonly kind: "faulty"; readonly fault: string };

/**
 * The keys of the setting DATA_KEYS: `id:key` pairs, comma-separated, each id once, the key 32 bytes in base64. Nothing is forgiven: an empty
 * part is where a script lost a key, and of two keys with one id the second would never be tried; what they encrypted would be lost.
 */
export const readDataKeys = (text: string): DataKeysRead => {
  const parts = text.split(",").map((part) => part.trim());
  const faulty = (index: number, what: string): Faulty => ({
    kind: "faulty",
    fault: `part ${index + 1} of ${parts.length} ${what}`,
  });
  const keys: DataKey[] = [];
  for (const [index, part] of parts.entries()) {
    if (part === "") return faulty(index, "is empty");
    // To the character: the decoder skips what it does not know, and stops at a "=", so two keys that lost their comma would be one.
    const [, id, base64] = /^(\w+):([\w+/-]{43}=?)$/.exec(part) ?? [];
    if (id === undefined || base64 === undefined) return faulty(index, "is no id:key pair with a key of 32 bytes");
    if (keys.some((other) => other.id === id)) return faulty(index, `has the id of another, ${id}`);
    keys.push({ id, key: Buffer.from(base64, "base64") });
  }
  const [first, ...rest] = keys;
  return first ? { kind: "read", keys: [first, ...rest] } : faulty(0, "is empty");
};

/** The same for who does not tell of faults: undefined for any text that is not such keys. */
export const dataKeysFrom = (text: string): DataKeys | undefined => {
  const read = readDataKeys(text);
  return read.kind === "read" ? read.keys : undefined;
};

/** Such a setting's value. */
export const printDataKeys = (keys: readonly DataKey[]): string =>
  keys.map(({ id, key }) => `${id}:${Buffer.from(key).toString("base64")}`).join(",");
