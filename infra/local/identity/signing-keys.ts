import { generateKeyPair, randomBytes, type JsonWebKey } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { CannotStart, errorCode } from "../cannot-start.ts";
import { privateFolder } from "../private-folder.ts";

const keySetSchema = z.object({ keys: z.array(z.looseObject({ kty: z.literal("RSA"), kid: z.string() })).min(1) });

/** A private JSON Web Key Set (RFC 7517). */
export type SigningKeys = z.infer<typeof keySetSchema>;

/**
 * The keys of a file, made at the first call (mode 0600), so that tokens outlive a restart; without a path, new ones.
 * Throws `CannotStart` when the file is there but no key set.
 */
export const signingKeys = async (path: string | undefined): Promise<SigningKeys> => {
  if (path === undefined) return newKeys();
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  });
  if (text !== undefined) return parsed(text, path);
  const keys = await newKeys();
  await privateFolder(dirname(path));
  // Complete or absent: a process killed here must not leave half a key behind.
  const unfinished = `${path}.${randomBytes(6).toString("hex")}`;
  await writeFile(unfinished, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
  await rename(unfinished, path);
  return keys;
};

const parsed = (text: string, path: string): SigningKeys => {
  try {
    return keySetSchema.parse(JSON.parse(text));
  } catch {
    throw new CannotStart(
      `identity: ${path} is damaged. Delete it for new signing keys; tokens issued before become invalid.`,
    );
  }
};

const newKeys = async (): Promise<SigningKeys> => {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  const jwk: JsonWebKey = privateKey.export({ format: "jwk" });
  return keySetSchema.parse({
    keys: [{ ...jwk, kid: randomBytes(16).toString("base64url"), alg: "RS256", use: "sig" }],
  });
};
