import type { ServiceBusReceivedMessage, ServiceBusReceiver } from "@azure/service-bus";
import { before } from "../work.ts";

type Keep = {
  /** Milliseconds from now after which the lock is left to itself (host.json, `maxAutoLockRenewalDuration`). */
  readonly atMost: number;
  /** Called once when the lock could not be kept: the message will come again, whatever its function does. */
  readonly onLost: (error: Error) => void;
};

/**
 * Renews a message's lock, at half its remaining time, until the returned function is called. The SDK's own renewal would
 * go on after the function has ended when its message could not be settled, and so keep it from coming again.
 */
export const keepLocked = (
  receiver: Pick<ServiceBusReceiver, "renewMessageLock">,
  message: ServiceBusReceivedMessage,
  { atMost, onLost }: Keep,
): (() => void) => {
  const giveUpAt = Date.now() + atMost;
  let released = false;
  let waiting: NodeJS.Timeout | undefined;
  const wait = (milliseconds: number, lockedUntil: number): void => {
    if (!released) waiting = setTimeout(() => void renew(lockedUntil), milliseconds);
  };
  const renew = async (lockedUntil: number): Promise<void> => {
    if (Date.now() >= giveUpAt) return;
    try {
      const renewedUntil = (await receiver.renewMessageLock(message)).getTime();
      wait(halfUntil(renewedUntil), renewedUntil);
    } catch (error) {
      // While the lock stands, the bus may still be back in time.
      if (Date.now() < lockedUntil) wait(retryMilliseconds, lockedUntil);
      else if (!released) onLost(error instanceof Error ? error : new Error(String(error)));
    }
  };
  const lockedUntil = message.lockedUntilUtc?.getTime();
  if (lockedUntil !== undefined) wait(halfUntil(lockedUntil), lockedUntil);
  return () => {
    released = true;
    clearTimeout(waiting);
  };
};

/**
 * Waits for a settlement, but not beyond the message's lock: after a crash of the bus the SDK may wait for an answer that nobody
 * will give, and once the lock is over the message comes again whatever is answered.
 */
export const whileLocked = async (
  { lockedUntilUtc }: Pick<ServiceBusReceivedMessage, "lockedUntilUtc">,
  settled: Promise<void>,
): Promise<void> => {
  await before(Math.max(0, (lockedUntilUtc?.getTime() ?? 0) - Date.now()), settled);
};

const retryMilliseconds = 200;

/** Half the time that is left; never so little that a namespace whose clock goes wrong is asked without pause. */
const halfUntil = (time: number): number => Math.max((time - Date.now()) / 2, retryMilliseconds);
