import { createHmac } from "node:crypto";
import { once } from "node:events";
import { parseServiceBusConnectionString } from "@azure/service-bus";
import { create_container, types, type Connection, type Message, type Receiver, type Sender } from "rhea";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { queues } from "../../support/service-bus/declaration.ts";
import { startEmulator, type Emulator } from "../../support/service-bus/emulator.ts";

// What Azure's client never sends, sent by the AMQP library under it: each is refused in AMQP's own words, and nothing is left
// without an answer. https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-protocol-guide
let emulator: Emulator;
let connection: Connection;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.remove());
beforeEach(async () => {
  const { hostname: host, port } = new URL(parseServiceBusConnectionString(emulator.connectionString).endpoint);
  connection = create_container().connect({ host, port: Number(port), reconnect: false, username: "anonymous" });
  await once(connection, "connection_open");
});
afterEach(async () => {
  connection.close();
  await once(connection, "connection_close");
});

/** Opens the two links of a request node and returns how to ask it. */
const node = async (address: string): Promise<(message: Message) => Promise<Message>> => {
  const receiver = connection.open_receiver({ source: { address }, target: { address: "answers" } });
  const sender = connection.open_sender({ target: { address } });
  await Promise.all([once(receiver, "receiver_open"), once(sender, "sendable")]);
  return async (message) => {
    const answered = once(receiver, "message");
    sender.send({ ...message, message_id: "question", reply_to: "answers" });
    const [{ message: answer }] = (await answered) as [{ message: Message }];
    expect(answer.correlation_id).toBe("question");
    return answer;
  };
};

const tokenFor = (path: string, secondsLeft: number): Message => {
  const {
    endpoint,
    sharedAccessKey = "",
    sharedAccessKeyName = "",
  } = parseServiceBusConnectionString(emulator.connectionString);
  const audience = `${endpoint.replace(/\/$/, "")}/${path}`;
  const expiry = Math.floor(Date.now() / 1_000) + secondsLeft;
  const resource = encodeURIComponent(audience);
  const signature = createHmac("sha256", sharedAccessKey).update(`${resource}\n${expiry}`).digest("base64");
  return {
    body: `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&se=${expiry}&skn=${sharedAccessKeyName}`,
    application_properties: { operation: "put-token", type: "servicebus.windows.net:sastoken", name: audience },
  };
};

/** The condition with which the broker closes a link. */
const conditionOf = async (link: Sender | Receiver): Promise<string | undefined> => {
  await once(link, link.is_sender() ? "sender_error" : "receiver_error");
  return link.error && "condition" in link.error ? link.error.condition : undefined;
};

test.each([
  { operation: "com.microsoft:batch-delete-messages", status: 501, condition: "amqp:not-implemented" },
  { operation: "com.microsoft:get-session-state", status: 501, condition: "amqp:not-implemented" },
  { operation: "", status: 501, condition: "amqp:not-implemented" },
  { operation: 7, status: 501, condition: "amqp:not-implemented" },
  { operation: undefined, status: 501, condition: "amqp:not-implemented" },
  { operation: "com.microsoft:peek-message", status: 400, condition: "com.microsoft:argument-error" },
])(
  "a management node answers the operation $operation without a body by $status",
  async ({ operation, status, condition }) => {
    await (
      await node("$cbs")
    )(tokenFor(queues.plain, 600));
    const ask = await node(`${queues.plain}/$management`);
    const properties = operation === undefined ? {} : { application_properties: { operation } };
    expect((await ask({ ...properties, body: {} })).application_properties).toMatchObject({
      statusCode: status,
      errorCondition: condition,
      statusDescription: expect.any(String),
    });
  },
);

test.each([
  {
    what: "another operation",
    request: { application_properties: { operation: "take-token" }, body: "" },
    status: 400,
  },
  { what: "nothing at all", request: { body: "" }, status: 400 },
  {
    what: "a token of another kind",
    request: {
      application_properties: { operation: "put-token", type: "jwt", name: "sb://127.0.0.1/" },
      body: "x.y.z",
    },
    status: 401,
  },
])("the claims node answers $what by $status", async ({ request, status }) => {
  const answer = await (await node("$cbs"))(request);
  expect(answer.application_properties).toMatchObject({ "status-code": status });
});

test("a transaction's coordinator is refused as not built", async () => {
  // https://docs.oasis-open.org/amqp/core/v1.0/os/amqp-core-transactions-v1.0-os.html#type-coordinator
  const link = connection.open_sender({});
  // The library has no name for it: an attach is written after this turn.
  const { attach } = (link as unknown as { local: { attach: { target: unknown } } }).local;
  attach.target = types.described(types.wrap_ulong(0x30), types.wrap_list([]));
  expect(await conditionOf(link)).toBe("amqp:not-implemented");
});

test("a link ends when the claim it rests on does, and no other link with it", async () => {
  const put = await node("$cbs");
  await put(tokenFor(queues.plain, 2));
  await put(tokenFor(queues.fewDeliveries, 600));
  const receiver = connection.open_receiver({ source: { address: queues.plain } });
  const sender = connection.open_sender({ target: { address: queues.plain } });
  const other = connection.open_sender({ target: { address: queues.fewDeliveries } });
  await Promise.all([once(sender, "sendable"), once(receiver, "receiver_open"), once(other, "sendable")]);
  expect(await Promise.all([sender, receiver].map(conditionOf))).toEqual([
    "amqp:unauthorized-access",
    "amqp:unauthorized-access",
  ]);
  expect(other.is_open()).toBe(true);
});
