import { constants, type Http2ServerRequest, type Http2ServerResponse, type Http2Session } from "node:http2";
import { bodyOf } from "../http/body-of.ts";
import { faultFor } from "../push/fail-as-told.ts";
import type { Fault } from "../push/faults.ts";
import type { PushState } from "../push/state.ts";
import type { Connections } from "./connections.ts";
import type { Delivery } from "./deliver.ts";
import { deviceTokenOf, environmentOf, isMessageId, judge } from "./judge.ts";
import { payloadBytesMax } from "./payload.ts";
import { providerTokenOf } from "./provider-token.ts";
import { refusalAnswer, refused, type Refusal } from "./refusal.ts";
import type { Registration } from "./registration.ts";
import type { TokenUpdates } from "./token-updates.ts";

type Use = {
  readonly state: PushState<Registration>;
  readonly connections: Connections;
  readonly delivery: Delivery;
  readonly updates: TokenUpdates;
  readonly checkToken: (token: string) => Promise<Refusal | undefined>;
  /** Whether this stream is to be refused, unseen. */
  readonly refusesStream: () => boolean;
  readonly now: () => number;
};

/**
 * What senders see of APNs: `POST /3/device/<device token>` pushes to a device.
 * https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
 */
export const pushListener =
  (use: Use) =>
  (request: Http2ServerRequest, response: Http2ServerResponse): void => {
    // Its sender went away, or reset the stream: nobody to tell.
    request.on("error", () => undefined);
    const { session } = request.stream;
    if (!session) return;
    if (use.refusesStream()) request.stream.close(constants.NGHTTP2_REFUSED_STREAM);
    else {
      respond(use, request, response, session).catch((error: unknown) => {
        if (!request.complete) return; // cut off in mid-message: nothing was done
        console.error(error);
        const { status, body } = refusalAnswer(refused("InternalServerError", "See the output."));
        response.writeHead(status).end(body);
      });
    }
  };

const respond = async (
  use: Use,
  request: Http2ServerRequest,
  response: Http2ServerResponse,
  session: Http2Session,
): Promise<void> => {
  const { state, connections, delivery, now } = use;
  const { headers, rawHeaders } = request;
  const body = await bodyOf(request, payloadBytesMax);
  const device = state.devices.at(deviceTokenOf(headers) ?? "");
  const asked = headers["apns-id"];
  const id = asked !== undefined && isMessageId(asked) ? asked : crypto.randomUUID();
  response.setHeader("apns-id", id);
  if (environmentOf(headers) === "sandbox") response.setHeader("apns-unique-id", crypto.randomUUID());

  const fault = await faultFor(state, { device, headers });
  if (fault) {
    answerFault(fault, response, () => connections.reset(session));
    return;
  }

  const senderRefusal = (): Promise<Refusal | undefined> => sender(use, session, headers.authorization);
  const judged = await judge({ headers, rawHeaders, body }, { devices: state.devices, senderRefusal, now });
  if (judged.kind === "refused") {
    const { status, body: told } = refusalAnswer(judged);
    const reason = `${judged.reason}: ${judged.message}`;
    await state.record({ device: device ?? null, headers, content: null, status, reason });
    response.writeHead(status).end(told);
    return;
  }
  const { payload, headers: read } = judged;
  await delivery.take(judged.device, { ...read, id, headers, body: judged.body, payload });
  response.writeHead(200).end();
};

/** What is wrong with the sender's provider token, if anything; else the connection is proven. */
const sender = async (
  { updates, checkToken, connections }: Use,
  session: Http2Session,
  authorization: string | undefined,
): Promise<Refusal | undefined> => {
  const token = providerTokenOf(authorization);
  if (token === undefined)
    return refused("MissingProviderToken", "There is no authorization: bearer <provider token>.");
  if (!updates.allows(session, token)) {
    return refused(
      "TooManyProviderTokenUpdates",
      "The connection changed its provider token less than 20 minutes ago.",
    );
  }
  const refusal = await checkToken(token);
  if (!refusal) connections.proven(session);
  return refusal;
};

/** Does to a response what a fault says. A reset breaks the connection, and all other streams with it. */
const answerFault = (
  { status, headers, body, hang, reset }: Fault,
  response: Http2ServerResponse,
  cut: () => void,
): void => {
  if (reset) cut();
  if (reset || hang || status === undefined) return;
  response.writeHead(status, headers);
  response.end(typeof body === "string" ? body : JSON.stringify(body));
};
