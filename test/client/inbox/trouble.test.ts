import { describe, expect, it } from "vitest";
import { troubleOf } from "../../../shared/client/inbox/trouble.ts";
import { englishInboxWords } from "../../../shared/client/inbox/words.ts";

const reason = "because";
const trouble = (answer: NonNullable<Parameters<typeof troubleOf>[0]>["answer"], unsent = 0, isOnline = true) =>
  troubleOf({ answer, unsent }, isOnline, englishInboxWords);

describe("what keeps the inbox from being up to date", () => {
  it("is nothing while the service answers, and nothing is known before it was asked", () => {
    expect(trouble({ kind: "ok", value: undefined })).toBeUndefined();
    expect(troubleOf(undefined, true, englishInboxWords)).toBeUndefined();
  });

  it("is being offline, which says what becomes of what the user does", () => {
    expect(trouble({ kind: "ok", value: undefined }, 0, false)?.sentence).toBe(
      "You are offline. What you do here is kept and sent when it can be.",
    );
    expect(trouble({ kind: "offline", reason }, 2)).toEqual({
      kind: "waiting",
      sentence: "The notification service cannot be reached. 2 changes wait to be sent.",
      canTryAgain: true,
    });
  });

  it("is a wait, whose length is said", () => {
    expect(trouble({ kind: "throttled", reason, waitMs: 1_200 })?.sentence).toContain("in 2 seconds");
    expect(trouble({ kind: "throttled", reason, waitMs: 0 })?.sentence).toContain("in a second");
  });

  it.each([
    [{ kind: "unauthorized", reason } as const, "refused"],
    [{ kind: "forbidden", reason } as const, "refused"],
    [{ kind: "failed", reason, status: 500 } as const, "failed"],
    [{ kind: "refused", reason, status: 400 } as const, "failed"],
  ])("is %o: told in a sentence of its own, and never in the service's words", (answer, kind) => {
    expect(trouble(answer)).toMatchObject({ kind, canTryAgain: true });
    expect(trouble(answer)?.sentence).not.toContain(reason);
  });
});
