import { dataCipher } from "../../../shared/data-keys.ts";
import { isNamed } from "../access.ts";
import { dataKeysOf } from "../app-settings.ts";
import { audited } from "../audit.ts";
import { connected } from "../connect.ts";
import type { Surroundings } from "../surroundings.ts";
import { newFile } from "./new-file.file.ts";
import { exportedPerson } from "./exported-person.ts";
import type { Opened } from "./exported-subscription.ts";
import { jsonText } from "./json-text.ts";
import { auditIdOf, type Person } from "./person.ts";

export type ExportOptions = { readonly app?: readonly string[]; readonly out?: string };

/**
 * Tells everything about a person in one JSON document, which a file takes as it is read, and stdout whole or not at all. Throws `Failed`
 * when there is nothing (2) or the file is there already (64).
 */
export const exportPerson = (
  use: Surroundings,
  person: Person,
  { app: apps = [], out }: ExportOptions,
): Promise<void> =>
  connected(use, async (connection) => {
    const cipher = await cipherOf(use);
    const file = out === undefined ? undefined : await newFile(out);
    try {
      const subject = { kind: "person", id: auditIdOf(person) };
      await audited({ ...use, ...connection }, { act: "user export", subject }, async (count) => {
        const document = await exportedPerson({ use, connection, person, apps, cipher, count });
        const pieces: string[] = [];
        for await (const piece of jsonText(document, { isIndented: file !== undefined })) {
          if (file) await file.write(piece);
          else pieces.push(piece);
        }
        await file?.write("\n");
        file?.keep();
        if (!file) use.output.pieces(pieces);
      });
    } finally {
      await file?.close();
    }
    if (out !== undefined) use.output.note(`Written to ${out}: hand it over, then delete it.`);
  });

/** Of the local stack they are always at hand; of another where the environment has them. */
const cipherOf = async ({ env, output }: Surroundings): Promise<Opened> => {
  if (!isNamed(env) || env.DATA_KEYS) return dataCipher(await dataKeysOf(env));
  output.note('DATA_KEYS is not set here: the devices\' channels stay "sealed".');
  return undefined;
};
