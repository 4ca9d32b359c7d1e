import { randomBytes } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { RawSocketOf } from "../push/answer-fault.ts";
import { bodyOf } from "../http/body-of.ts";
import { failAsTold } from "../push/fail-as-told.ts";
import { listenerOf } from "../push/https-server.ts";
import type { PushState } from "../push/state.ts";
import type { AccessTokens } from "./access-tokens.ts";
import type { Delivery } from "./deliver.ts";
import { judge, type AndroidApp } from "./judge.ts";
import { readRequest } from "./message.ts";
import { refusalAnswer, type Refusal } from "./refusal.ts";

type Use = {
  readonly state: PushState<AndroidApp>;
  readonly delivery: Delivery;
  readonly tokens: AccessTokens;
  readonly projectId: string;
  readonly rawSocketOf: RawSocketOf;
  readonly now: () => number;
};

/** Far above what any message may have. */
const bodyBytesMax = 524_288;

/**
 * What senders see of Google: `POST /token` gives access tokens, `POST /v1/projects/<project>/messages:send` takes pushes. Anything else is
 * answered with a page, as Google's front end does.
 */
export const fcmListener = (use: Use): RequestListener =>
  listenerOf(
    (request, response) => route(use, request, response),
    (response) => refuse(response, { kind: "own-fault", message: "Internal error encountered." }),
  );

const route = async (use: Use, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { pathname } = new URL(request.url ?? "/", "https://localhost");
  const [, project] = /^\/v1\/projects\/([^/]+)\/messages:send$/.exec(pathname) ?? [];
  const body = (await bodyOf(request, bodyBytesMax))?.toString();
  if (body === undefined) page(response, 413);
  else if (request.method === "POST" && pathname === "/token") {
    const granted = await use.tokens.grant(new URLSearchParams(body));
    json(response, granted.status, granted.body);
  } else if (request.method === "POST" && project !== undefined) {
    await push(use, { request, response, project: decodeURIComponent(project), body });
  } else page(response, 404);
};

type Push = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly project: string;
  readonly body: string;
};

/** Takes or refuses a push. The answer is only told once what it promises is written. */
const push = async (use: Use, { request: { headers }, response, project, body }: Push): Promise<void> => {
  const { state, tokens, projectId, delivery } = use;
  const request = readRequest(body);
  const device = "kind" in request ? undefined : state.devices.at(request.message.token ?? "");
  if (await failAsTold(use, { device, headers }, response)) return;
  const judged =
    tokens.refusalOf(headers.authorization) ??
    (project === projectId ? judge(request, { devices: state.devices, projectId }) : noSuchProject);
  if (judged.kind === "accepted") {
    if (!judged.isDryRun) await delivery.take(judged, { headers, body });
    const id = judged.isDryRun ? "fake_message_id" : newId(use.now());
    json(response, 200, { name: `projects/${projectId}/messages/${id}` });
  } else {
    const { status } = refusalAnswer(judged);
    await state.record({ device: device ?? null, headers, content: null, status, reason: judged.message });
    refuse(response, judged);
  }
};

const noSuchProject: Refusal = { kind: "no-such-project", message: "Requested entity was not found." };

/** As Google's look: microseconds, and a number. */
const newId = (now: number): string => `0:${now}000%${randomBytes(8).toString("hex")}`;

const refuse = (response: ServerResponse, refusal: Refusal): void => {
  const { status, body } = refusalAnswer(refusal);
  if (status === 401) response.setHeader("www-authenticate", 'Bearer realm="https://accounts.google.com/"');
  json(response, status, body);
};

const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { "content-type": "application/json; charset=UTF-8" });
  response.end(`${JSON.stringify(body, null, 2)}\n`);
};

const page = (response: ServerResponse, status: number): void => {
  response.writeHead(status, { "content-type": "text/html; charset=UTF-8" });
  response.end(`<!DOCTYPE html>\n<html lang=en>\n<title>Error ${status}</title>\n<p>The local FCM has nothing here.\n`);
};
