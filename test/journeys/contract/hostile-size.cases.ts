import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { expectFault } from "./expect-fault.ts";
import { around, caller, json, post, stack, withRaw } from "./hostile-sender.ts";
import { headOf, rawAnswer } from "./raw-answer.ts";

/** Bytes of memory that the functions host has in use. */
const memory = async (): Promise<number> => {
  const { pid } = (await stack.parts()).find(({ name }) => name === "functions-host")!;
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kibibytes) * 1_024;
};
const flatBytes = 64 * 1_024 * 1_024;
/** Only Linux tells the memory of another process as a file. */
const expectFlat = async (work: () => Promise<void>): Promise<void> => {
  if (process.platform !== "linux") return work();
  const before = await memory();
  await work();
  expect((await memory()) - before).toBeLessThan(flatBytes);
};

/** Bodies that are meant to fill up memory or connections. */
export const hostileSizeCases = (): void => {
  describe("bodies", () => {
    test("a gzip bomb, of a kind and in a row, is a 413, and memory stays flat", async () => {
      const bomb = gzipSync(Buffer.alloc(200 * 1_024 * 1_024), { level: 9 });
      const nested = gzipSync(Buffer.concat([Buffer.from(withRaw('"')), Buffer.alloc(50_000_000, "x")]), { level: 9 });
      await expectFlat(async () => {
        for (const body of [bomb, nested, bomb]) {
          expectFault(await post({ headers: { "content-encoding": "gzip" }, body }), 413);
        }
        const all = Array.from({ length: 8 }, () => post({ headers: { "content-encoding": "gzip" }, body: bomb }));
        for (const answer of await Promise.all(all)) expectFault(answer, 413);
      });
    });

    test("a chunked body of 100 MB is a 413, told before it is all read, and memory stays flat", async () => {
      const mebibyte = Buffer.alloc(1_024 * 1_024, "x");
      const chunk = Buffer.concat([Buffer.from("100000\r\n"), mebibyte, Buffer.from("\r\n")]);
      await expectFlat(async () => {
        const answer = await rawAnswer(async (send) => {
          await send(headOf("Transfer-Encoding: chunked\r\n"));
          for (let sent = 0; sent < 100 && (await send(chunk)); sent += 1);
          await send("0\r\n\r\n");
        });
        expect(answer).toMatch(/^HTTP\/1\.1 413 /);
        expect(answer).toContain('"code":"RequestEntityTooLarge"');
      });
    });

    test("a Content-Length of 100 MB is a 413, and nothing of it need be sent", async () => {
      const answer = await rawAnswer(async (send) => {
        await send(headOf("Content-Length: 104857600\r\n"));
      });
      expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    });

    test("a body that stops in the middle holds up nobody", async () => {
      const { hostname, port } = new URL(caller.httpUrl);
      const stalled = Array.from({ length: 20 }, () => {
        const socket = connect(Number(port), hostname).on("error", () => undefined);
        socket.write(headOf("Content-Length: 500\r\n") + '{"targetHostName":');
        return socket;
      });
      const answer = await json(around);
      expect(answer.status).toBeLessThan(202);
      for (const socket of stalled) socket.destroy();
    });
  });
};
