import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tableRequests } from "../../../../shared/storage/table-requests.http.ts";
import type { Change } from "../../../../shared/storage/table.ts";
import { action, byTheSdk, change, etag, key, row } from "./changes.ts";
import { client, same } from "./sent.ts";

/*
 * What is asked of Azure's tables is put into words by ourselves, and no Azure is here to answer. So the SDK's own words are held against
 * ours: the same client, the same change, and the request as it would have left.
 */

describe("what leaves is what the SDK would send", () => {
  const changes = key.chain((partitionKey) => fc.array(change(partitionKey), { minLength: 1, maxLength: 8 }));

  test("for a transaction, byte for byte but for the ids", () =>
    fc.assert(
      fc.asyncProperty(changes, (all) =>
        same({ status: 202 }, (table, ours) => ours?.transact(all) ?? table.submitTransaction(all.map(action))),
      ),
    ));

  test("for a single change", () =>
    fc.assert(
      fc.asyncProperty(key.chain(change), (one) =>
        same({ status: 204 }, (table, ours) => ours?.change(one) ?? byTheSdk(table, one)),
      ),
    ));

  test("for a row that is looked for", () =>
    fc.assert(
      fc.asyncProperty(key, key, (partitionKey, rowKey) =>
        same(
          { status: 404 },
          (table, ours) => ours?.find(partitionKey, rowKey) ?? table.getEntity(partitionKey, rowKey),
        ),
      ),
    ));

  test("for pages, the later ones, too", () => {
    // Header values, so ASCII: of others the SDK (13.3) makes something else.
    const words = fc.string({ unit: "grapheme-ascii", minLength: 1 });
    const continuation = fc.record({ partitionKey: words, rowKey: fc.option(words, { nil: undefined }) });
    return fc.assert(
      fc.asyncProperty(
        fc.option(fc.string(), { nil: undefined }).filter((text) => text !== ""),
        fc.integer({ min: 1, max: 1_000 }),
        fc.option(continuation, { nil: undefined }),
        (filter, top, from) =>
          same(
            { status: 200, headers: { "content-type": "application/json" }, body: '{"value":[]}' },
            (table, ours) => {
              if (ours) return ours.page({ filter, top, from });
              const token =
                from &&
                Buffer.from(JSON.stringify({ nextPartitionKey: from.partitionKey, nextRowKey: from.rowKey })).toString(
                  "base64",
                );
              const pages = table.listEntities(filter === undefined ? {} : { queryOptions: { filter } });
              return pages
                .byPage({ maxPageSize: top, ...(token !== undefined && { continuationToken: token }) })
                .next();
            },
          ),
      ),
    );
  });

  test.each(["https://fanfare.table.core.windows.net", "https://fanfare.table.core.windows.net/"])(
    "at the endpoint %s, as Azure and the deployment write it",
    async (url) => {
      await same({ status: 404 }, (table, ours) => ours?.find("p", "r") ?? table.getEntity("p", "r"), url);
      const put: Change = { kind: "put", row: { partitionKey: "p", rowKey: "r" } };
      await same(
        { status: 202 },
        (table, ours) => ours?.transact([put]) ?? table.submitTransaction([action(put)]),
        url,
      );
    },
  );
});

test("a row that is read is the SDK's, without what is nobody's matter", () =>
  fc.assert(
    fc.asyncProperty(row("p"), etag, async ({ partitionKey, rowKey, ...values }, version) => {
      const types = Object.entries(values).flatMap(([one, what]) =>
        what instanceof Date ? [[`${one}@odata.type`, "Edm.DateTime"]] : [],
      );
      const body = JSON.stringify({
        "odata.metadata": "https://fanfare.table.core.windows.net/$metadata#feeds/@Element",
        "odata.etag": version,
        PartitionKey: partitionKey,
        RowKey: rowKey,
        Timestamp: "2026-11-23T18:32:08.1234567Z",
        ...values,
        ...Object.fromEntries(types),
      });
      const given = { status: 200, headers: { "content-type": "application/json;odata=minimalmetadata" }, body };
      const theirs = await client([], given).table.getEntity("p", "r");
      const { table, transport } = client([], given);
      const ours = await tableRequests(table, transport, () => AbortSignal.timeout(5_000)).find("p", "r");
      const { timestamp: _, "odata.metadata": __, ...rest } = theirs;
      expect(ours).toEqual(rest);
    }),
  ));
