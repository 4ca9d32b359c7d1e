import { TableClient } from "@azure/data-tables";
import { expect, test } from "vitest";
import { putApp } from "../../../shared/auth/app-registry.table.ts";
import type { Row } from "../../../shared/storage/table.ts";
import { closedPort } from "../../support/closed-port.ts";
import { broker, tables, writeStack, examined, amiss, blamed, expectOnly } from "./doctor-under-test.ts";

/** What the tables and the queue hold, or that they are away. */
export const storesCases = (): void => {
  test("registrations that cannot be read, or name a credential that is not set, are told by app", async () => {
    const { apps } = tables.tables;
    await putApp(apps, { hostName: "b.contoso.com", senders: [], clients: [], credentials: { wns: "other" } });
    expectOnly(
      await examined(),
      "apps",
      "wrong",
      /^b\.contoso\.com is registered with the wns credential other, and WNS_CREDENTIAL_OTHER is not set/,
    );
    const row: Row = { partitionKey: "b.contoso.com", rowKey: "app", definition: "{" };
    await apps.write({ kind: "put", row });
    expectOnly(await examined(), "apps", "wrong", /^The registration of b\.contoso\.com cannot be read/);
    await apps.write({ kind: "delete", partitionKey: "b.contoso.com", rowKey: "app" });
  });

  test("a bus that is away is blamed on the queue alone, and the rest is looked at", async () => {
    await broker.crash();
    const found = await examined();
    await broker.restart();
    await writeStack(tables.connectionString); // its administration is elsewhere now
    expectOnly(found, "queue", "wrong", /^Service Bus is throttled or unreachable/);
  });

  test("tables that are away are blamed on the tables alone; what lies in them could not be checked", async () => {
    await writeStack(tables.connectionStringAt(await closedPort()));
    const found = await examined();
    await writeStack(tables.connectionString);
    expect(blamed(found)).toEqual([expect.stringMatching(/^tables: Table storage is throttled or unreachable/)]);
    expect(amiss(found).map(({ check }) => check)).toEqual(["tables", "data keys", "apps"]);
  });

  test("a table that is missing is named, with what makes it", async () => {
    const client = TableClient.fromConnectionString(tables.connectionString, "throttles", {
      allowInsecureConnection: true,
    });
    await client.deleteTable();
    expectOnly(await examined(), "tables", "wrong", /^There is no table throttles\.$/);
    await client.createTable();
  });
};
