import { afterEach, expect, it, vi } from "vitest";
import { finishSignIn } from "../../../infra/local/inbox/page/sign-in.http.ts";

const issuer = "http://127.0.0.1:7000";
const begun = { state: "mine", nonce: "n", verifier: "v".repeat(43) };
const answered = (state: string): URL => {
  const query = { error: "access_denied", error_description: "Ring 0900 1234", state, iss: issuer };
  return new URL(`http://127.0.0.1:7071/?${new URLSearchParams(query).toString()}`);
};
const finish = (answer: URL) =>
  finishSignIn({ issuer, clientId: "page", scope: "openid" }, answer, { begun, redirectUri: "http://127.0.0.1:7071/" });

afterEach(() => void vi.unstubAllGlobals());

it("a refusal is told in the provider's words, if it answers this very sign-in: a link made by somebody says nothing here", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ issuer })));
  await expect(finish(answered("mine"))).rejects.toThrow("Ring 0900 1234");
  await expect(finish(answered("another's"))).rejects.not.toThrow("0900");
});
