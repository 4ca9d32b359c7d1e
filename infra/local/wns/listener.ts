import { randomBytes } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { bodyOf } from "../http/body-of.ts";
import type { RawSocketOf } from "../push/answer-fault.ts";
import { failAsTold } from "../push/fail-as-told.ts";
import { listenerOf } from "../push/https-server.ts";
import type { PushState } from "../push/state.ts";
import type { AccessTokens } from "./access-tokens.ts";
import type { Delivery } from "./deliver.ts";
import { bodyBytesMax, judge, type Push } from "./judge.ts";
import { refused, type Refusal } from "./refusal.ts";
import { channelTokenIn, type Registration } from "./registration.ts";

type Use = {
  readonly state: PushState<Registration>;
  readonly tokens: AccessTokens;
  readonly delivery: Delivery;
  readonly rawSocketOf: RawSocketOf;
};

type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

/**
 * What app servers see of Microsoft: `POST /oauth2/v2.0/token` (and, as in the wild, with the directory before it, or
 * `/accesstoken.srf`) gives access tokens, and `POST /?token=…` pushes to a channel.
 */
export const wnsListener = (use: Use): RequestListener =>
  listenerOf(
    (request, response) => route(use, request, response),
    (response) => send(response, refusalAnswer(refused(500, "The push service failed; see its output."))),
  );

const route = async (use: Use, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { method, url = "", headers } = request;
  const asked = /^(?:\/([^/?]+))?\/oauth2\/v2\.0\/token$|^\/accesstoken\.srf$/.exec(url);
  const token = channelTokenIn(url);
  if (method !== "POST") {
    const description = "Only POST is allowed.";
    send(response, refusalAnswer(refused(asked || token !== undefined ? 405 : 404, description, { Allow: "POST" })));
  } else if (asked) {
    const form = new URLSearchParams((await bodyOf(request, bodyBytesMax))?.toString());
    send(
      response,
      tokenAnswer(use.tokens.answer({ tenant: asked[1], contentType: headers["content-type"] ?? "", form })),
    );
  } else if (token !== undefined) {
    const push = { token, headers, body: await bodyOf(request, bodyBytesMax) };
    const addressed = { device: use.state.devices.at(token), headers };
    if (!(await failAsTold(use, addressed, response))) send(response, await take(use, push));
  } else {
    send(response, refusalAnswer(refused(404, "This is no channel.")));
  }
};

/** Takes or refuses a push. The answer is only told once what it promises is written. */
const take = async ({ state, tokens, delivery }: Use, push: Push): Promise<Answer> => {
  const judged = judge(push, { ...state, tokens });
  const { headers } = push;
  if (judged.kind === "refused") {
    const { status, description: reason } = judged;
    await state.record({ device: state.devices.at(push.token) ?? null, headers, content: null, status, reason });
    return refusalAnswer(judged);
  }
  const { device, headers: read, body } = judged;
  const told = await delivery.take(device, { headers, read, body });
  const connection = device.online ? "connected" : "disconnected";
  return {
    status: 200,
    headers: {
      ...trace(),
      "X-WNS-Status": told,
      "X-WNS-NotificationStatus": told,
      ...(read.wantsStatus && { "X-WNS-DeviceConnectionStatus": connection }),
      ...(typeof headers["ms-cv"] === "string" && { "MS-CV": headers["ms-cv"] }),
      "Content-Length": "0",
    },
  };
};

/** What Microsoft's support asks for. */
const trace = (): Record<string, string> => ({
  "X-WNS-Msg-ID": randomBytes(8).toString("hex").toUpperCase(),
  "X-WNS-Debug-Trace": "local",
});

const refusalAnswer = ({ status, description, headers }: Refusal): Answer => ({
  status,
  headers: { ...trace(), "X-WNS-Error-Description": description, ...headers, "Content-Length": "0" },
});

const tokenAnswer = ({ status, body }: ReturnType<AccessTokens["answer"]>): Answer => ({
  status,
  headers: { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store" },
  body: JSON.stringify(body),
});

const send = (response: ServerResponse, { status, headers, body }: Answer): void => {
  response.writeHead(status, headers);
  response.end(body);
};
