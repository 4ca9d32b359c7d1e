import { beforeAll, describe, expect, test } from "vitest";
import { appToken, caller, stack, unsid } from "./app-sender.ts";
import { type Answer, notification } from "./caller.ts";
import { expectFault } from "./expect-fault.ts";

/** Of two faults at once the one that is told. */
export const faultOrderCases = (): void => {
  /**
   * The paragraph "Order of checks" of 2.5: every fault, in that order, as a change to one request. Of two at once the earlier
   * one must be told. The two kinds of 406 stand in throttling.test.ts.
   */
  describe("2.5: the order of checks", () => {
    type Draft = {
      method: string;
      path: string;
      token: string;
      unsid: string | undefined;
      headers: Record<string, string>;
    };
    type Body = { change: Record<string, unknown>; isArray?: boolean; isBroken?: boolean; isLarge?: boolean };
    type Fault = { name: string; status: number; spoil: (draft: Draft, body: Body) => void };
    let blockedToken: string;
    beforeAll(async () => {
      blockedToken = await stack.token({ app: caller.blocked });
    });

    const faults: readonly Fault[] = [
      { name: "path", status: 404, spoil: (draft) => (draft.path = "/beta/me/nothing") },
      { name: "method", status: 405, spoil: (draft) => (draft.method = "PUT") },
      { name: "token", status: 401, spoil: (draft) => (draft.token = `${draft.token}x`) },
      {
        name: "block list",
        status: 403,
        spoil: (draft) => (draft.token = draft.token.replace(appToken, blockedToken)),
      },
      { name: "If-Range", status: 400, spoil: ({ headers }) => (headers["if-range"] = "x") },
      { name: "Idempotency-Key", status: 400, spoil: ({ headers }) => (headers["idempotency-key"] = "two words") },
      { name: "content type", status: 415, spoil: ({ headers }) => (headers["content-type"] = "text/plain") },
      { name: "content encoding", status: 415, spoil: ({ headers }) => (headers["content-encoding"] = "br") },
      { name: "size", status: 413, spoil: (_draft, body) => (body.isLarge = true) },
      { name: "JSON", status: 400, spoil: (_draft, body) => (body.isBroken = true) },
      { name: "array", status: 400, spoil: (_draft, body) => (body.isArray = true) },
      { name: "data type", status: 401, spoil: (_draft, { change }) => (change["@odata.type"] = "x") },
      { name: "contract", status: 400, spoil: (_draft, { change }) => (change.priority = "Urgent") },
      { name: "authorisation", status: 403, spoil: (draft) => (draft.unsid = crypto.randomUUID()) },
    ];

    const answerTo = (spoilt: readonly Fault[]): Promise<Answer> => {
      const draft: Draft = { method: "POST", path: "/beta/me/notifications/", token: appToken, unsid, headers: {} };
      const body: Body = { change: {} };
      for (const { spoil } of spoilt) spoil(draft, body);
      const whole = notification(body.change);
      const text = JSON.stringify(body.isArray ? [whole] : whole) + (body.isBroken ? "{" : "");
      const { method, path, ...sent } = draft;
      return caller.ask(method, path, { ...sent, body: body.isLarge ? text.padEnd(70_000) : text });
    };
    const told = ({ status, json }: Answer): string => `${status} ${String(json?.error?.message)}`;

    const pairs = faults.flatMap((first, index) => faults.slice(index + 1).map((second) => ({ first, second })));
    test.each(faults)("$name alone is a $status", async (fault) => {
      const answer = await answerTo([fault]);
      expectFault(answer, fault.status);
    });
    test.each(faults)("$name before all that come after it", async (first) => {
      const alone = told(await answerTo([first]));
      const later = pairs.filter((pair) => pair.first === first).map(({ second }) => second);
      const answers = await Promise.all(later.map((second) => answerTo([first, second])));
      expect(answers.map((answer, index) => `${later[index]!.name}: ${told(answer)}`)).toEqual(
        later.map(({ name }) => `${name}: ${alone}`),
      );
    });

    test("each row's message is one stable sentence", async () => {
      const messagesOf = (): Promise<string[]> =>
        Promise.all(faults.map(async (fault) => String((await answerTo([fault])).json?.error?.message)));
      const [messages, again] = [await messagesOf(), await messagesOf()];
      expect(again).toEqual(messages);
      for (const message of messages) expect(message).toMatch(/^[A-Z].*[.]$/s);
    });
  });
};
