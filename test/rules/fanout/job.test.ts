import { expect, test } from "vitest";
import { messageIdOf, parseFanoutJob } from "../../../shared/fanout/job.ts";

const job = { v: 1, feed: "f", id: "n", version: 3, kind: "content", hop: 0, acceptedAt: 1 } as const;

test("a job is read as it was written, trace context and all", () => {
  expect(parseFanoutJob(job)).toEqual(job);
  const traced = { ...job, traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
  expect(parseFanoutJob(traced)).toEqual(traced);
});

test("the job of a change may name the device that made it", () => {
  const change = { ...job, kind: "state", actor: "device" };
  expect(parseFanoutJob(change)).toEqual(change);
});

test("members of a later version are left alone", () => {
  expect(parseFanoutJob({ ...job, colour: "red" })).toEqual(job);
});

test.each([
  [{ v: 2 }],
  [{ feed: "" }],
  [{ id: 7 }],
  [{ version: -1 }],
  [{ version: 1.5 }],
  [{ kind: "other" }],
  [{ hop: -1 }],
  [{ acceptedAt: undefined }],
])("a message with %j is no job", (changes) => {
  expect(() => parseFanoutJob({ ...job, ...changes })).toThrow();
});

test.each([["text"], [null], [undefined], [[job]], [7]])("%j is no job", (message) => {
  expect(() => parseFanoutJob(message)).toThrow();
});

test("the same hop has the same message id, and whatever means another run has another", () => {
  const of = (changes: object): string => messageIdOf(parseFanoutJob({ ...job, ...changes }));
  expect(of({ acceptedAt: 2, traceparent: "x" })).toBe("n:3:content:0");
  const others = [{}, { hop: 1 }, { version: 4 }, { kind: "state" }, { id: "m" }];
  expect(new Set(others.map(of)).size).toBe(others.length);
});
