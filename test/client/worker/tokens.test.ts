import { describe, expect, onTestFinished, test, vi } from "vitest";
import { tapPush } from "./a-notification.ts";
import { holdTime, serving } from "./serving.ts";

holdTime();

describe("a worker without tokens", () => {
  const page = (answer: (message: unknown, port: MessagePort) => void) => ({
    url: "https://app.example/mail/",
    focused: 0,
    heard: [],
    answer,
  });

  test("asks the open pages, and takes the first that has one", async () => {
    const { push, windows, token } = serving();
    await push(tapPush);
    windows.push(
      page(() => undefined),
      page((_, port) => port.postMessage({ token: undefined })),
      page((message, port) => {
        expect(message).toEqual({ fanfare: { kind: "token", account: "ann", isRefused: false } });
        port.postMessage({ token: "t1" });
        onTestFinished(() => port.close());
      }),
    );
    await expect(token()).resolves.toBe("t1");
  });

  test("has none three seconds later, or at once when no page is open", async () => {
    const { push, windows, token } = serving();
    await push(tapPush);
    await expect(token()).resolves.toBeUndefined();
    windows.push(page(() => undefined));
    const waiting = token();
    await vi.advanceTimersByTimeAsync(3_000);
    await expect(waiting).resolves.toBeUndefined();
  });
});

test("an app's own tokens are asked for by the account that is subscribed, whoever has signed in since", async () => {
  const { push, token } = serving({ getToken: ({ account }) => Promise.resolve(`a token of ${account}`) });
  await push(tapPush);
  await expect(token()).resolves.toBe("a token of ann");
});
