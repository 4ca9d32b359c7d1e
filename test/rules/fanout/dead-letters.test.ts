import { expect, test } from "vitest";
import { contentOf, tellable } from "../../../shared/fanout/dead-letters.ts";

const job = { v: 1, feed: "f", id: "n", version: 3, kind: "content", hop: 0, acceptedAt: 1 };
const bytes = (text: string): Uint8Array => Buffer.from(text);

test.each([
  { body: bytes(JSON.stringify(job)), what: "bytes of JSON" },
  { body: job, what: "a value" },
])("a job is recognised in $what", ({ body }) => {
  expect(contentOf(body)).toEqual({ kind: "job", job });
});

test.each([
  { body: bytes("password: hunter2"), fault: "it is not JSON" },
  { body: bytes('{"password":"hunter2"}'), fault: "it is no job: v, feed, id, version, kind, hop, acceptedAt" },
  { body: { ...job, v: 2 }, fault: "it is no job: v" },
  { body: { ...job, kind: "hunter2", hop: -1 }, fault: "it is no job: kind, hop" },
  { body: "hunter2", fault: "it is no job" },
  { body: undefined, fault: "it is no job" },
])("what keeps a body from being a job is told, and the body is not: $fault", ({ body, fault }) => {
  expect(contentOf(body)).toEqual({ kind: "unreadable", fault });
});

const secret = "aB3".repeat(15);
test.each([
  { text: "Message could not be consumed after 10 delivery attempts.", told: undefined },
  { text: "The lock token of the key has expired.", told: undefined },
  { text: "id 01a20183-b802-7209-94e2-1270fa4954d4", told: undefined },
  { text: "two\r\nlines\tand \u001b[31mred\u202e", told: "two lines and [31mred" },
  { text: `failed at https://push.example/${secret}?x=1 today`, told: "failed at (address) today" },
  { text: "Endpoint=sb://n.example/;SharedAccessKey=abc=;EntityPath=q", told: "Endpoint=(address)" },
  {
    text: 'AccountKey=abc; "token": "abc" sig=abc&x=1',
    told: 'AccountKey=(hidden); "token": "(hidden)" sig=(hidden)&x=1',
  },
  { text: "Authorization: Bearer abc.def", told: "Authorization: Bearer (hidden)" },
  { text: `unsid ${secret} gone`, told: "unsid (hidden) gone" },
])("a stranger's text is one harmless line: $text", ({ text, told }) => {
  expect(tellable(text)).toBe(told ?? text);
});

test("a stranger's text is cut at 200 characters", () => {
  expect(tellable("no ".repeat(100))).toHaveLength(200);
});
