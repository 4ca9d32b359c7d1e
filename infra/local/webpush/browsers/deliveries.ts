import { printedLine } from "../../push/printed.ts";
import type { Device } from "../../push/devices.ts";
import type { WaitingMessage } from "../../push/waiting-messages.ts";
import type { BrowserRegistration } from "../registration.ts";
import type { BrowserMessage } from "./browser-message.ts";
import type { Line, Reception } from "./reception.ts";

type Sent = {
  readonly device: Device<BrowserRegistration>;
  readonly message: WaitingMessage;
  readonly silence: NodeJS.Timeout;
};
type Updates = Extract<BrowserMessage, { messageType: "ack" }>["updates"];
type Failure = Extract<BrowserMessage, { messageType: "nack" }>;

/**
 * The messages under way on one connection. Each is sent once, with its message resource's id as `version`, and noted as received when the
 * browser has acknowledged it, in the same write that ends its waiting: so it is noted once with the browser's verdict, however often
 * connections broke before. A browser that says nothing for long is noted, too, without a verdict; what it was sent goes on waiting.
 */
export const deliveries = (reception: Reception, line: Line) => {
  const { state, waiting, alarm, ackWithinMs } = reception;
  const unacknowledged = new Map<string, Sent>();
  /** Whose the last acknowledged ones were: that a service worker failed is said after the acknowledgement. */
  const acknowledgedBy = new Map<string, string>();

  const warn = (deviceName: string, sentence: string): void =>
    alarm(printedLine(new Date(state.now()).toISOString(), deviceName, state.platformType, `!! ${sentence}`));
  const silent = async ({ device, message: { headers } }: Omit<Sent, "silence">): Promise<void> => {
    const reason = `not acknowledged within ${ackWithinMs / 1000} s`;
    warn(device.name, reason);
    await state.record({ device, headers, content: null, status: 201, reason });
  };
  const acknowledge = async ({ channelID, version, code }: Updates[number]): Promise<void> => {
    const sent = unacknowledged.get(version);
    if (sent?.device.own.channelId !== channelID) return;
    const { device, message } = sent;
    clearTimeout(sent.silence);
    unacknowledged.delete(version);
    acknowledgedBy.set(version, device.name);
    const [oldest] = acknowledgedBy.keys();
    if (acknowledgedBy.size > 100 && oldest !== undefined) acknowledgedBy.delete(oldest);
    const reason = code === 100 ? undefined : (ackReasons[code] ?? `acknowledged with ${code}`);
    if (reason !== undefined) warn(device.name, reason);
    const arrival = { device, headers: message.headers, content: null, status: 201, ack: code };
    await state.record(
      { ...arrival, ...(reason !== undefined && { reason }) },
      {
        changes: waiting.withdraw(device.deviceId, { id: message.id }),
        ...(reason === undefined && { seen: "(delivered, for the browser alone to read)" }),
      },
    );
  };

  return {
    /** A message is told once on a connection: when it is taken, or at the hello. */
    send: (device: Device<BrowserRegistration>, message: WaitingMessage): void => {
      const { id: version, body } = message;
      const silence = setTimeout(() => {
        silent({ device, message }).catch((error: unknown) => console.error(error));
      }, ackWithinMs).unref();
      unacknowledged.set(version, { device, message, silence });
      const data = Buffer.from(body, "base64").toString("base64url");
      const named = { messageType: "notification", channelID: device.own.channelId, version } as const;
      line.send(data === "" ? named : { ...named, data, headers: aes128gcm });
    },
    /** Those that are not under way are passed over: they were acknowledged before, or on another connection. */
    acknowledged: async (updates: Updates): Promise<void> => {
      await Promise.all(updates.map(acknowledge));
    },
    /** The page's service worker failed at a message that it was given. */
    failed: ({ version, code }: Failure): void => {
      const reason = nackReasons[code ?? 0] ?? `the service worker failed with ${code ?? "no code"}`;
      warn(acknowledgedBy.get(version) ?? "browser", reason);
    },
    forget: (deviceId: string): void => {
      for (const [version, { device, silence }] of unacknowledged) {
        if (device.deviceId !== deviceId) continue;
        clearTimeout(silence);
        unacknowledged.delete(version);
      }
    },
    /** The connection is over: none of them will be heard of on it. */
    stop: (): void => {
      for (const { silence } of unacknowledged.values()) clearTimeout(silence);
      unacknowledged.clear();
    },
  };
};

/** The only encoding that is taken. */
const aes128gcm = { encoding: "aes128gcm" } as const;

const ackReasons: Readonly<Record<number, string>> = {
  101: "the browser cannot decrypt it",
  102: "the browser did not deliver it: it had it before, or has no service worker or permission for it",
};

/** What Firefox reports of service workers. */
const nackReasons: Readonly<Record<number, string>> = {
  301: "the service worker threw at a push",
  302: "what the service worker waited for at a push was rejected",
  303: "the service worker could not be run for a push",
};
