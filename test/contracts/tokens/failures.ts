import { expect } from "vitest";

export const unauthenticated = (message: RegExp | string) =>
  expect.objectContaining({
    name: "Problem",
    kind: "unauthenticated",
    message: expect.stringMatching(message) as unknown,
  }) as Error;
export const failureOf = (verified: Promise<unknown>): Promise<unknown> => verified.catch((error: unknown) => error);
