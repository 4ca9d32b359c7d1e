import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadApp, type AppInProcess } from "../../support/app-in-process.ts";
import type { Backends } from "../../support/backends.ts";

let app: AppInProcess;

/** What browsers load from the service. */
export const clientCases = (shared: () => Backends): void => {
  beforeAll(async () => {
    app = await loadApp(shared().settings());
  });
  afterAll(async () => {
    await app.close();
  });

  test("every file of the client that is built is served to whoever asks, and names the public URL", async () => {
    const built = (await readdir("dist/client")).filter((name) => !name.endsWith(".map"));
    expect(built).toContain("fanfare.js");
    for (const name of built) {
      const { status, text } = await app.ask("GET", `/client/${name}`);
      expect(status, name).toBe(200);
      expect(text).not.toMatch(/["'`]__FANFARE_BASE_URL__/);
    }
    const { text } = await app.ask("GET", "/client/fanfare.js");
    expect(text).toContain('"http://127.0.0.1:7071"');
  });

  test("HEAD tells of a file what GET tells, without the file", async () => {
    const get = await app.ask("GET", "/client/fanfare.js");
    const head = await app.ask("HEAD", "/client/fanfare.js");
    expect([head.status, head.text, head.headers.get("etag")]).toEqual([200, "", get.headers.get("etag")]);
    expect((await app.ask("HEAD", "/client/main.cjs")).status).toBe(404);
  });

  test("nothing else is served there", async () => {
    for (const path of ["/client", "/client/main.cjs", "/client/..%2fmain.cjs", "/client/..%2f..%2fpackage.json"]) {
      expect((await app.ask("GET", path)).status, path).toBe(404);
    }
    expect((await app.ask("POST", "/client/fanfare.js")).headers.get("allow")).toBe("GET, HEAD");
  });
};
