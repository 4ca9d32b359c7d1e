import { expect } from "vitest";

export const guid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

const codes: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  406: "NotAcceptable",
  409: "Conflict",
  410: "Gone",
  412: "PreconditionFailed",
  413: "RequestEntityTooLarge",
  415: "UnsupportedMediaType",
  500: "InternalServerError",
};

/** An answer, however it was asked for. */
type Told = {
  readonly status: number;
  readonly text: string;
  readonly json: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- looked into here
  readonly header: (name: string) => unknown;
};

/** The answer is this fault, in the body's one form, with both id headers. With `details` it must name members; no fault but a 400 may. */
export const expectFaultForm = (
  { status: told, text, json, header }: Told,
  status: number,
  { details = false } = {},
): void => {
  expect(told, text).toBe(status);
  const error = json?.error as Record<string, unknown> & { innerError: Record<string, string>; details?: unknown[] };
  expect(error, text).toBeTypeOf("object");
  expect(Object.keys(json as object), text).toEqual(["error"]);
  const mayHaveDetails = status === 400 && "details" in error;
  const wanted = ["code", "innerError", "message", ...(details || mayHaveDetails ? ["details"] : [])].toSorted();
  expect(Object.keys(error).toSorted(), text).toEqual(wanted);
  expect(
    text.startsWith(`{"error":{"code":"${codes[status]!}","message":${JSON.stringify(error.message)},`),
    text,
  ).toBe(true);
  const { date = "" } = error.innerError;
  const [ours, theirs] = [header("request-id"), header("client-request-id")];
  expect(ours).toMatch(guid);
  expect(theirs).toBeTypeOf("string");
  const inner = `"innerError":{"date":"${date}","request-id":"${String(ours)}","client-request-id":"${String(theirs)}"}`;
  expect(text).toContain(inner);
  expect(date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
  expect(Math.abs(Date.parse(`${date}Z`) - Date.now())).toBeLessThan(60_000);
  expect(header("content-type")).toMatch(/^application\/json/);
  for (const detail of error.details ?? []) {
    expect(Object.keys(detail as object), text).toEqual(["code", "target", "message"]);
  }
};
