import { X509Certificate } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { privateFolder } from "../private-folder.ts";

/** What a TLS server needs, and the authority its clients are to trust. All PEM. */
export type ServerCertificate = { readonly key: string; readonly cert: string; readonly ca: string };

const dayMs = 24 * 60 * 60 * 1000;
const validMs = 10 * 365 * dayMs;
const renewBeforeMs = 90 * dayMs;

/**
 * The certificate for this machine's own addresses (127.0.0.1, ::1, localhost) in the folder, with `ca.pem`, which
 * senders trust. It is made when there is none, and anew when it is damaged or ends within 90 days. The authority's
 * private key is kept by nobody: it signs this one certificate and no other.
 */
export const certificateIn = async (folder: string, now: number): Promise<ServerCertificate> => {
  const found = await readCertificate(folder);
  if (found && isUsable(found, now)) return found;
  const made = await makeCertificate(now);
  await privateFolder(folder);
  // If we die between these writes, the two do not belong together, and the next start makes them anew.
  await replace(join(folder, "server.pem"), made.key + made.cert);
  await replace(join(folder, "ca.pem"), made.ca);
  return made;
};

const readCertificate = async (folder: string): Promise<ServerCertificate | undefined> => {
  const read = (name: string): Promise<string> => readFile(join(folder, name), "utf8").catch(() => "");
  const [server, ca] = await Promise.all([read("server.pem"), read("ca.pem")]);
  const start = server.indexOf("-----BEGIN CERTIFICATE-----");
  return start < 0 ? undefined : { key: server.slice(0, start), cert: server.slice(start), ca };
};

const isUsable = ({ cert, ca }: ServerCertificate, now: number): boolean => {
  try {
    const [server, authority] = [new X509Certificate(cert), new X509Certificate(ca)];
    return server.verify(authority.publicKey) && Date.parse(server.validTo) > now + renewBeforeMs;
  } catch {
    return false;
  }
};

const makeCertificate = async (now: number): Promise<ServerCertificate> => {
  // Loaded only when needed: it takes longer than everything else at start.
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const newKeys = () => crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const [authorityKeys, serverKeys] = await Promise.all([newKeys(), newKeys()]);
  const validity = { notBefore: new Date(now - dayMs), notAfter: new Date(now + validMs), signingAlgorithm: algorithm };
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: "CN=Fanfare local push services",
    keys: authorityKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  const server = await x509.X509CertificateGenerator.create({
    ...validity,
    subject: "CN=127.0.0.1",
    issuer: authority.subject,
    publicKey: serverKeys.publicKey,
    signingKey: authorityKeys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: "ip", value: "127.0.0.1" },
        { type: "ip", value: "::1" },
        { type: "dns", value: "localhost" },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  const key = x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", serverKeys.privateKey), "PRIVATE KEY");
  return { key: `${key}\n`, cert: `${server.toString("pem")}\n`, ca: `${authority.toString("pem")}\n` };
};

const replace = async (path: string, contents: string): Promise<void> => {
  const unfinished = `${path}.${process.pid}.tmp`;
  await writeFile(unfinished, contents, { mode: 0o600 });
  await rename(unfinished, path);
};
