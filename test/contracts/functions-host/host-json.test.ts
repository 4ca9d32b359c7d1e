import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readHostJson } from "../../../infra/local/functions-host/host-json.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fanfare-host-json-"));
  const hostJson = { version: "2.0", extensions: { serviceBus: { maxConcurrentCalls: 32, prefetchCount: 1 } } };
  await writeFile(join(folder, "host.json"), JSON.stringify(hostJson));
});
afterAll(() => rm(folder, { recursive: true }));

test("a deployment's own value goes before the file's, also in a section that the file has not, and all others stay", async () => {
  const env = {
    AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls: "8",
    AzureFunctionsJobHost__extensions__http__routePrefix: "",
    AzureFunctionsJobHost__logging__logLevel__default: "Warning",
    extensions__serviceBus__prefetchCount: "5",
  };
  expect(await readHostJson(folder, env)).toMatchObject({
    http: { routePrefix: "" },
    serviceBus: { maxConcurrentCalls: 8, prefetchCount: 1 },
  });
});

test("a deployment's value that will not do is refused as if it stood in the file", async () => {
  const env = { AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls: "0" };
  await expect(readHostJson(folder, env)).rejects.toThrow(/extensions\.serviceBus\.maxConcurrentCalls/);
});
