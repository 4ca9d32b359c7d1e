import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { bodyOf } from "../http/body-of.ts";
import type { RawSocketOf } from "../push/answer-fault.ts";
import { failAsTold } from "../push/fail-as-told.ts";
import { listenerOf } from "../push/https-server.ts";
import type { PushState } from "../push/state.ts";
import type { HandOver } from "./hand-over.ts";
import { bodyBytesMax, judge, noSuchEndpoint, type Push } from "./judge.ts";
import { refusalAnswer, type Answer } from "./refusal.ts";
import type { Registration } from "./registration.ts";
import type { Sender } from "./vapid.ts";
import type { WaitingMessages } from "../push/waiting-messages.ts";

type Use = {
  readonly state: PushState<Registration>;
  readonly waiting: WaitingMessages;
  readonly readSender: (authorization: string | undefined) => Promise<Sender>;
  readonly handOver: HandOver;
  /** Where the message resources are: `https://host:port`. */
  readonly origin: string;
  readonly rawSocketOf: RawSocketOf;
};

/**
 * What application servers see of the push service (RFC 8030): `POST /push/<token>` pushes a message,
 * `DELETE /message/<token>/<id>` withdraws one that still waits for its device. Receipts (`Prefer: respond-async`)
 * are not offered.
 */
export const pushListener = (use: Use): RequestListener =>
  listenerOf(
    (request, response) => route(use, request, response),
    (response) =>
      send(response, refusalAnswer({ kind: "own-fault", message: "The push service failed; see its output." })),
  );

const route = async (use: Use, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { method, headers, url = "" } = request;
  const [, endpoint] = /^\/push\/([\w-]+)$/.exec(url) ?? [];
  const [, messageOf, id] = /^\/message\/([\w-]+)\/([\w-]+)$/.exec(url) ?? [];
  if (endpoint !== undefined && method === "POST") {
    const push = { token: endpoint, headers, body: await bodyOf(request, bodyBytesMax) };
    const addressed = { device: use.state.devices.at(endpoint), headers };
    if (!(await failAsTold(use, addressed, response))) send(response, await take(use, push));
  } else if (messageOf !== undefined && id !== undefined && method === "DELETE") {
    send(response, await withdraw(use, messageOf, id));
  } else {
    const allow = endpoint !== undefined ? "POST" : messageOf !== undefined ? "DELETE" : undefined;
    if (allow === undefined) send(response, refusalAnswer(noSuchEndpoint));
    else send(response, wrongMethod(allow));
  }
};

/** Takes or refuses a push. The answer is only told once what it promises is written. */
const take = async (use: Use, push: Push): Promise<Answer> => {
  const { state } = use;
  const { token, headers } = push;
  const sender = await use.readSender(headers.authorization);
  const judged = judge(push, sender, state.devices);
  if (judged.kind !== "accepted") {
    const answer = refusalAnswer(judged);
    const { status } = answer;
    const device = state.devices.at(token) ?? null;
    await state.record({ device, headers, content: null, status, reason: judged.message });
    return answer;
  }
  const { device, topic, ttlSeconds, body } = judged;
  const id = crypto.randomUUID();
  await use.handOver(device, { id, topic, ttlSeconds, headers, body });
  return {
    status: 201,
    headers: { location: `${use.origin}/message/${token}/${id}`, ttl: String(ttlSeconds), "content-length": "0" },
  };
};

/** 204 for a message that was delivered long ago, too: for its sender it is the same, nothing is left to withdraw. */
const withdraw = async ({ state, waiting }: Use, token: string, id: string): Promise<Answer> => {
  const device = state.devices.at(token);
  if (!device) return refusalAnswer(noSuchEndpoint);
  await state.store.commit(waiting.withdraw(device.deviceId, { id }));
  return { status: 204, headers: {} };
};

const wrongMethod = (allow: string): Answer => {
  const answer = refusalAnswer({ kind: "wrong-method", message: `This takes ${allow} alone.` });
  return { ...answer, headers: { ...answer.headers, allow } };
};

const send = (response: ServerResponse, { status, headers, body }: Answer): void => {
  response.writeHead(status, headers);
  response.end(body);
};
