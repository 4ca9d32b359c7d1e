import { HttpRequest } from "@azure/functions";
import { expect, test } from "vitest";
import { withHead } from "../../../../functions/api/with-head.ts";

const call = {
  request: new HttpRequest({ method: "HEAD", url: "https://notify.contoso.com/docs" }),
  params: {},
  base: "https://notify.contoso.com",
};

test("HEAD is answered as GET is, without the content", async () => {
  const { GET, HEAD } = withHead(() => Promise.resolve({ status: 200, headers: { ETag: '"a"' }, text: "a page" }));
  expect(await GET(call)).toEqual({ status: 200, headers: { ETag: '"a"' }, text: "a page" });
  expect(await HEAD(call)).toEqual({ status: 200, headers: { ETag: '"a"' } });
});

test("what GET throws HEAD throws", async () => {
  const { HEAD } = withHead(() => Promise.reject(new Error("no such file")));
  await expect(HEAD(call)).rejects.toThrow("no such file");
});
