import { expect, test } from "vitest";
import { contentOf, send, service, tap } from "./sender-under-test.ts";

/** What is too large goes as a tap. */
export const sizeCases = (): void => {
  test("content that the service finds too large goes out as a tap", async () => {
    await service.control.addFault({ status: 413, count: 1 });
    expect(await send()).toEqual({ kind: "delivered" });
    const received = await service.control.received();
    expect(received.map(({ status }) => status)).toEqual([413, 201]);
    expect(contentOf(received[1]!.content)).toEqual(tap);
  });

  test("content beyond 4,096 encrypted bytes goes out as a tap at once, one byte less goes out whole", async () => {
    const sizeOf = async (length: number): Promise<string> => {
      await service.control.clearReceived();
      expect(await send({ payload: { rawContent: "x".repeat(length) } })).toEqual({ kind: "delivered" });
      const received = await service.control.received();
      expect(received).toHaveLength(1);
      return received[0]!.content ?? "";
    };
    const overhead = Buffer.byteLength(await sizeOf(1)) - 1;
    expect(contentOf(await sizeOf(3_993 - overhead))).toMatchObject({ changeType: "afsChange" });
    expect(contentOf(await sizeOf(3_994 - overhead))).toEqual(tap);
  });

  test("a tap that is too large as well is rejected, after two requests", async () => {
    await service.control.addFault({ status: 413 });
    expect(await send()).toEqual({ kind: "rejected", reason: "413" });
    expect(await service.control.received()).toHaveLength(2);
  });
};
