import { hashOf } from "../hash.ts";
import type { Row, StoredRow } from "../storage/table.ts";
import { blockSchema, registeredAppSchema, type Block, type RegisteredApp } from "./app-registry.ts";

/**
 * The rows of the table `apps`: each app `app` in a partition named by its host name; the block list in a partition of its own,
 * a row `block_<hash>` for each entry. A host name of that name would still be another row.
 */
export const appRowKey = "app";
const blocksPartition = "block-list";

export const appRow = ({ hostName, ...rest }: RegisteredApp): Row => ({
  partitionKey: hostName,
  rowKey: appRowKey,
  definition: JSON.stringify(rest),
});

/** Throws when the row is malformed: a `SyntaxError` or a `ZodError`. */
export const appOf = (row: StoredRow): RegisteredApp =>
  registeredAppSchema.parse({ ...(JSON.parse(String(row.definition)) as object), hostName: row.partitionKey });

export const blockRow = (block: Block): Row => ({
  partitionKey: blocksPartition,
  rowKey: `block_${hashOf("block", block.kind, block.id)}`,
  definition: JSON.stringify(block),
});

/** Throws likewise. */
export const blockOf = (row: StoredRow): Block => blockSchema.parse(JSON.parse(String(row.definition)));

export const isBlockRow = ({ partitionKey, rowKey }: StoredRow): boolean =>
  partitionKey === blocksPartition && rowKey !== appRowKey;
