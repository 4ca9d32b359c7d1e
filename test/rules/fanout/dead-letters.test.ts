import { expect, test } from "vitest";
import { contentOf } from "../../../shared/fanout/dead-letters.ts";

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
  {
    body: bytes('{"password":"hunter2"}'),
    fault: "it is no job: v, feed, id, version, kind, hop, acceptedAt missing or wrong",
  },
  { body: { ...job, v: 2 }, fault: "it is no job: v missing or wrong" },
  { body: { ...job, kind: "hunter2", hop: -1 }, fault: "it is no job: kind, hop missing or wrong" },
  { body: "hunter2", fault: "it is no job" },
  { body: undefined, fault: "it is no job" },
])("what keeps a body from being a job is told, and the body is not: $fault", ({ body, fault }) => {
  expect(contentOf(body)).toEqual({ kind: "unreadable", fault });
});
