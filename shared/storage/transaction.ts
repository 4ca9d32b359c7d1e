import { askedBy } from "./table-json.ts";
import type { Change } from "./table.ts";

/*
 * An entity group transaction: changes to rows of one partition as one multipart body
 * (https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions). The SDK makes a client of its own for
 * each transaction and has every change go through that one's pipeline.
 */

/** The body of a transaction, for the table at this URL, byte for byte as the SDK makes it; the boundaries are this id's. */
export const transactionOf = (changes: readonly Change[], tableUrl: string, id: string): string => {
  const parts = changes.map((change) => {
    const { method, path, headers, body } = askedBy(change);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value.replaceAll(/[\r\n]/g, "")}`);
    const request = [`${method} ${tableUrl}${path} HTTP/1.1`, ...lines, "\r\n"];
    return [...partHead(id), ...request, ...(body === undefined ? [] : [body])].join("\r\n");
  });
  const begin = `--${batchOf(id)}\r\ncontent-type: multipart/mixed; boundary=changeset_${id}\r\n\r\n`;
  return [begin, ...parts, `--changeset_${id}--`, `--${batchOf(id)}--`, ""].join("\r\n");
};

/** The boundary of the whole. */
export const batchOf = (id: string): string => `batch_${id}`;

const partHead = (id: string): readonly string[] => [
  `--changeset_${id}`,
  "content-type: application/http",
  "content-transfer-encoding: binary",
  "",
];

/** What came of one change of a transaction. */
export type PartAnswer = { readonly status: number; readonly body: string };

/** The answers in a transaction's answer: one for each change, or that of the one that failed alone. */
export const answersIn = (text: string): readonly PartAnswer[] =>
  text
    .split("--changesetresponse_")
    .slice(1)
    .flatMap((part) => {
      const [, status] = /HTTP\/1\.1 (\d{3})/.exec(part) ?? [];
      return status === undefined
        ? []
        : [{ status: Number(status), body: part.slice(part.indexOf("{"), part.lastIndexOf("}") + 1) }];
    });
