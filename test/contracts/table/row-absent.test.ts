import { expect, test } from "vitest";
import { tablesConnectionString } from "../../../infra/local/tables/connection.ts";
import { openTables } from "../../../shared/storage/azure.table.ts";
import { accessBy } from "../../support/tables.ts";
import { serving } from "./answering.ts";

test.each<[string, string]>([
  ["in the words of a read", JSON.stringify({ "odata.error": { code: "ResourceNotFound" } })],
  [
    "in the words that the service's reference has for it",
    JSON.stringify({ "odata.error": { code: "EntityNotFound" } }),
  ],
  ["without a word", ""],
])("a row that is not there is not found, as the service says %s, and is no conflict", async (_, body) => {
  const port = await serving((_request, response) => response.writeHead(404).end(body));
  const key = Buffer.alloc(64, 7).toString("base64");
  expect(await openTables(accessBy(tablesConnectionString(port, key))).feeds.find("p", "r")).toBeUndefined();
});
