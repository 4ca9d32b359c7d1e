import { createECDH, createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A public key as a browser makes it, and as a server has it: an uncompressed point of P-256. */
export const newPublicKey = (): string => {
  const pair = createECDH("prime256v1");
  return pair.generateKeys().toString("base64url");
};

/** One of a few, for whom making keys takes too long: the same number, the same browser. */
export const browserOf = (number: number) => {
  const endpoint = `https://updates.push.services.mozilla.com/wpush/v2/${createHash("sha256")
    .update(`e${String(number)}`)
    .digest("hex")}`;
  const pair = createECDH("prime256v1");
  pair.setPrivateKey(
    createHash("sha256")
      .update(`k${String(number)}`)
      .digest(),
  );
  const auth = createHash("md5")
    .update(`a${String(number)}`)
    .digest("base64url");
  return { endpoint, keys: { p256dh: pair.getPublicKey("base64url"), auth } };
};

export const newBrowser = () => browserOf(randomBytes(6).readUIntBE(0, 6));

/** A folder for the files of a test, and how to have one written. */
export const newFolder = async () => {
  const folder = await mkdtemp(join(tmpdir(), "fanfare-import-"));
  return {
    path: (name: string): string => join(folder, name),
    write: async (name: string, text: string): Promise<string> => {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    },
    remove: () => rm(folder, { recursive: true }),
  };
};

/** One record a line. */
export const jsonLines = (records: readonly unknown[]): string =>
  records.map((record) => JSON.stringify(record)).join("\n");

const namespaces =
  'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://schemas.microsoft.com/netservices/2010/10/servicebus/connect"';

/** A line of an export of registrations, as a hub writes it. */
export const registrationLine = (type: string, texts: Readonly<Record<string, string>>): string => {
  const elements = Object.entries(texts).map(([name, text]) => `<${name}>${text}</${name}>`);
  return `<RegistrationDescription ${namespaces} i:type="${type}RegistrationDescription">${elements.join("")}</RegistrationDescription>`;
};

/** The same as one `GET` answers it, in an Atom entry. */
export const registrationEntry = (type: string, texts: Readonly<Record<string, string>>): string => {
  const elements = Object.entries(texts).map(([name, text]) => `<${name}>${text}</${name}>`);
  return (
    '<?xml version="1.0" encoding="utf-8"?><entry xmlns="http://www.w3.org/2005/Atom"><content type="application/xml">' +
    `<${type}RegistrationDescription ${namespaces}>${elements.join("")}</${type}RegistrationDescription></content></entry>`
  );
};
