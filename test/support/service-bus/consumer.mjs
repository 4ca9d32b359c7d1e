// A consumer to be killed: it locks one message of the queue it is told, says until when, and never settles it.
import { ServiceBusClient } from "@azure/service-bus";

const client = new ServiceBusClient(process.env.SERVICEBUS_CONNECTION);
const receiver = client.createReceiver(process.argv[2], { maxAutoLockRenewalDurationInMs: 0 });
const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 5_000 });
console.log(`locked until ${message.lockedUntilUtc.toISOString()}`);
setInterval(() => client.fullyQualifiedNamespace, 60_000);
