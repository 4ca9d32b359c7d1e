import { randomUUID } from "node:crypto";
import type { BrowserMessage } from "./browser-message.ts";
import { deliveries } from "./deliveries.ts";
import type { Line, Reception, Visit } from "./reception.ts";
import { subscriptionsAt } from "./subscriptions.ts";

/**
 * The service's side of Mozilla's protocol, as autopush speaks it (`autoconnect-ws-sm`; the other side is Firefox's `PushServiceWebSocket`).
 * A browser first says hello. One without subscriptions does not say who it was, and is somebody new each time; one whose uaid is not
 * known is given another, upon which it forgets its subscriptions. Of several connections that name one uaid the last counts.
 */
export const browserVisit = (reception: Reception, line: Line, userAgent: string): Visit => {
  const { state, waiting, here, subscriptionsOf, setOnline } = reception;
  const underWay = deliveries(reception, line);
  const subscriptions = subscriptionsAt(reception, userAgent);
  let uaid: string | undefined;
  const fault = (sentence: string): void => line.end("protocol-fault", sentence);
  const hello = async (said: string): Promise<void> => {
    const isKnown = here.has(said) || subscriptionsOf(said).length > 0;
    uaid = isKnown ? said : randomUUID().replaceAll("-", "");
    here.get(uaid)?.replaced();
    here.set(uaid, visit);
    setOnline(uaid, true);
    line.send({ messageType: "hello", status: 200, uaid, use_webpush: true, broadcasts: {} });
    const expired = subscriptionsOf(uaid).flatMap((device) => {
      const changes = waiting.withdraw(device.deviceId, {});
      for (const message of waiting.of(device.deviceId)) visit.tell(device, message);
      return changes;
    });
    await state.store.commit(expired);
  };
  const heardAfterHello = async (known: string, said: BrowserMessage): Promise<void> => {
    switch (said.messageType) {
      case "hello":
        fault("There was a hello already.");
        break;
      case "register":
        line.send(await subscriptions.register(known, said));
        break;
      case "unregister":
        line.send(await subscriptions.unregister(known, said));
        break;
      case "ack":
        await underWay.acknowledged(said.updates);
        break;
      case "nack":
        underWay.failed(said);
        break;
      case "broadcast_subscribe":
        line.send({ messageType: "broadcast", broadcasts: {} });
        break;
      case "ping":
        line.send({});
    }
  };

  const visit: Visit = {
    heard: async (said) => {
      if (uaid !== undefined) await heardAfterHello(uaid, said);
      else if (said.messageType === "hello") await hello(said.uaid ?? "");
      else fault("The first message must be a hello.");
    },
    tell: underWay.send,
    forget: underWay.forget,
    replaced: () => {
      underWay.stop();
      line.end("replaced", "This browser is connected anew.");
    },
    left: () => {
      underWay.stop();
      if (uaid === undefined || here.get(uaid) !== visit) return;
      here.delete(uaid);
      setOnline(uaid, false);
    },
  };
  return visit;
};
