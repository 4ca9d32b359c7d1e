import "fake-indexeddb/auto";
import { expect, it } from "vitest";
import { writeSession } from "../../../infra/local/inbox/page/session.indexed-db.ts";
import { newGetToken } from "../../../infra/local/inbox/page/tokens.http.ts";

it("the local page gets its own user's token alone, though somebody else has signed in in another tab", async () => {
  const ends = { accessTokenEnds: Date.now() + 3_600_000, refreshToken: undefined, idToken: undefined };
  await writeSession({ user: "bob", accessToken: "bob's", ...ends });
  expect(await newGetToken()({ isRefused: false, account: "ada" })).toBeUndefined();
  expect(await newGetToken()({ isRefused: false, account: "bob" })).toBe("bob's");
});
