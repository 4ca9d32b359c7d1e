import { constants } from "node:http2";
import { expect, test } from "vitest";
import { accept, refuse, type Pushed } from "./apns-server.ts";
import { delivered, sendTo } from "./with-sender.ts";
import { connected, lost, sending, server } from "./connections-under-test.ts";

/** What goes again, and what nobody knows about. */
export const resetCases = (): void => {
  test("a stream that the server refuses untouched goes again at once, another reset does not", async () => {
    const sender = sending();
    const refused =
      (code: number) =>
      ({ stream }: Pushed) => {
        server.answer = accept;
        stream.close(code);
      };
    server.answer = refused(constants.NGHTTP2_REFUSED_STREAM);
    expect(await sendTo(sender, [1])).toEqual([delivered]);
    expect(server.pushes).toHaveLength(2);
    server.answer = refused(constants.NGHTTP2_INTERNAL_ERROR);
    expect(await sendTo(sender, [1])).toEqual([lost("the stream was reset with code 2")]);
    server.answer = refused(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    expect(await sendTo(sender, [1])).toEqual([
      { kind: "busy", origin: "throttled", reason: "the stream was reset with code 11" },
    ]);
    expect(server.pushes).toHaveLength(4);
  });

  test("a server that refuses every stream is not asked for ever", async () => {
    server.answer = ({ stream }) => stream.close(constants.NGHTTP2_REFUSED_STREAM);
    expect(await sendTo(sending(), [1])).toMatchObject([{ kind: "busy", origin: "throttled" }]);
    expect(server.pushes).toHaveLength(4);
  });

  test("a GOAWAY with a fault: what it names as untouched goes again, of the rest nobody knows", async () => {
    server.answer = (pushed) => {
      if (server.pushes.length < 2) return;
      server.answer = accept;
      pushed.session.goaway(constants.NGHTTP2_INTERNAL_ERROR, 1);
    };
    const sender = sending(server, { connections: { sessionsMost: 1 } });
    expect(await sendTo(sender, [1, 2])).toEqual([lost("GOAWAY with code 2"), delivered]);
  });

  test("an answer that comes slowly is waited for, one that never ends counts by its status", async () => {
    server.answer = (pushed) => void setTimeout(() => accept(pushed), 100);
    const patient = sending();
    expect(await sendTo(patient, [1])).toEqual([delivered]);
    server.answer = ({ stream }) => {
      stream.respond({ ":status": 500 });
      stream.end(`{"reason":"InternalServerError","more":"${"x".repeat(1_000_000)}"}`);
    };
    expect(await sendTo(patient, [1])).toEqual([
      { kind: "busy", origin: "failing", reason: "500 InternalServerError" },
    ]);
    server.answer = accept;
    const hasty = await connected(sending(server, { timeLimitMs: 500 }));
    server.answer = ({ stream }) => {
      stream.respond({ ":status": 410 });
      stream.write('{"reason":"Unregistered","timestamp":1}');
    };
    expect(await sendTo(hasty, [1])).toEqual([{ kind: "gone" }]);
  });

  test.each([
    [400, "IdleTimeout"],
    [503, "Shutdown"],
  ])("after %i %s it goes once more, over another connection", async (status, reason) => {
    server.answer = refuse(status, { reason });
    const sender = sending();
    expect(await sendTo(sender, [1])).toEqual([{ kind: "busy", origin: "failing", reason: `${status} ${reason}` }]);
    expect(server.sessions).toHaveLength(2);
    server.answer = (pushed) => {
      server.answer = accept;
      refuse(status, { reason })(pushed);
    };
    expect(await sendTo(sender, [1])).toEqual([delivered]);
  });
};
