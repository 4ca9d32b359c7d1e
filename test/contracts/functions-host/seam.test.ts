import { afterAll, beforeAll, expect, test } from "vitest";
import { invoke } from "../../../infra/local/functions-host/app/invoke.ts";
import { loadApp, type LoadedApp } from "../../../infra/local/functions-host/app/load-app.ts";
import { fixtureApp, type FixtureApp } from "./host-under-test.ts";

// What this host relies on inside @azure/functions, which is no public interface: if a new version of the library
// changes any of it, this file fails before anything subtler does.

let app: FixtureApp;
let loaded: LoadedApp;
beforeAll(async () => {
  app = await fixtureApp("messages");
  loaded = await loadApp(app.folder);
});
afterAll(() => app.remove());

test("the bundled library finds the core module and is the version this host was written against", () => {
  expect(loaded.worker.model()).toMatchObject({ name: "@azure/functions", version: "4.16.5" });
});

test("functions register with bindings of the shape this host reads", () => {
  const { metadata } = loaded.worker.functions()[0]!;
  expect(metadata).toEqual({
    name: "seen",
    retryOptions: undefined,
    bindings: {
      [Object.keys(metadata.bindings)[0]!]: expect.objectContaining({
        type: "httpTrigger",
        direction: "in",
        authLevel: "anonymous",
        methods: ["GET", "POST", "HEAD"],
        route: "seen/{name}",
        properties: { supportsDeferredBinding: "false" },
      }) as object,
      $return: expect.objectContaining({ type: "http", direction: "out" }) as object,
    },
  });
});

test("after startup nothing can be registered", () => {
  const [registration] = loaded.worker.functions();
  expect(() => loaded.worker.coreApi.registerFunction(registration!.metadata, registration!.callback)).toThrow(
    /startup/,
  );
});

test("an unknown hook is refused in the way the library recognises", () => {
  expect(() => loaded.worker.coreApi.registerHook("noSuchHook", () => undefined)).toThrow(
    expect.objectContaining({ name: "RangeError", isAzureFunctionsSystemError: true }) as Error,
  );
});

test("an invocation goes in and out in the worker's form", async () => {
  const registration = loaded.worker.functions()[0]!;
  const trigger = Object.keys(registration.metadata.bindings)[0]!;
  const url = "http://local/seen/x";
  const input = { http: { url, method: "POST", nullableHeaders: {}, body: { bytes: Buffer.from("hi") } } };
  const invocation = invoke(loaded.worker, { registration, trigger, input, metadata: {} });
  const { response } = await invocation.finished;
  expect(response).toMatchObject({
    invocationId: invocation.id,
    returnValue: {
      http: {
        statusCode: "203",
        headers: { "content-type": "application/json" },
        cookies: [{ name: "a", sameSite: "strict", maxAge: { value: 60 }, secure: { value: true } }],
        body: { bytes: expect.any(Uint8Array) as Uint8Array },
      },
    },
  });
});
