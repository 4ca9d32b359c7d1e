import { expectFaultForm } from "../../support/expect-fault.ts";
import type { Answer } from "./caller.ts";

export { guid } from "../../support/expect-fault.ts";

/** The answer is this fault. With `details` it must name members. */
export const expectFault = ({ headers, ...answer }: Answer, status: number, asked: { details?: boolean } = {}): void =>
  expectFaultForm({ ...answer, header: (name) => headers[name] }, status, asked);

/** The members a contract fault names. */
export const targetsOf = ({ json }: Answer): string[] =>
  ((json?.error?.details ?? []) as { target: string }[]).map(({ target }) => target);
