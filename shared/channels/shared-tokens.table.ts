import * as z from "zod";
import type { Clock } from "../clock.ts";
import type { DataCipher } from "../data-keys.ts";
import { hashOf } from "../hash.ts";
import { decidedAnew, type Pause } from "../storage/decided-anew.ts";
import type { StoredRow, Table } from "../storage/table.ts";
import type { SharedTokens, SignedToken } from "./shared-tokens.ts";

type Uses = {
  readonly tokens: Table;
  readonly cipher: DataCipher;
  readonly clock: Clock;
  /** Between attempts that lose a race; a simulation's own. */
  readonly pause?: Pause;
};

/** The key of every row of the table, and its column that is sealed, bound to its partition. */
export const tokenRowKey = "token";
export const tokenColumn = "token";
const tokenSchema = z.object({ token: z.string(), signedAt: z.number() });

/**
 * Shared tokens in the table `tokens`, a partition for each, sealed with the data key. Of two instances that offer one at the same time the
 * row's ETag lets one win, and the other gets the winner's: a lease would do no more, and could be left behind. Nothing is purged: there is
 * one row for each name ever used, which is one for each credential's key.
 */
export const tableSharedTokens = ({ tokens, cipher, ...use }: Uses): SharedTokens => {
  const open = (row: StoredRow | undefined): SignedToken | undefined => {
    if (!row) return undefined;
    try {
      return tokenSchema.parse(JSON.parse(cipher.open(String(row[tokenColumn]), row.partitionKey)));
    } catch {
      return undefined; // sealed with a key that was taken away: another is signed
    }
  };
  return {
    find: async (name) => open(await tokens.find(hashOf("token", name), tokenRowKey)),

    offer: (name, made, found) => {
      const partitionKey = hashOf("token", name);
      const row = { partitionKey, rowKey: tokenRowKey, [tokenColumn]: cipher.seal(JSON.stringify(made), partitionKey) };
      const attempt = async (): Promise<SignedToken> => {
        const standing = await tokens.find(partitionKey, tokenRowKey);
        const theirs = open(standing);
        if (theirs && theirs.token !== found?.token) return theirs;
        await tokens.write(standing ? { kind: "replace", row, ifMatch: standing.etag } : { kind: "insert", row });
        return made;
      };
      return decidedAnew("The shared token", attempt, use);
    },
  };
};
