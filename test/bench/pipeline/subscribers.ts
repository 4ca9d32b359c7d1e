import type { LocalStack } from "../../support/stack.ts";
import type { SubscribedDevice } from "../../support/stack-client.ts";
import { concurrently } from "./concurrently.ts";

/** A user's devices, one or more. */
export type Subscriber = readonly [SubscribedDevice, ...SubscribedDevice[]];

/** Makes virtual browsers and subscribes them through the service's own API: so many for each of so many users. */
export const subscribers = async (
  { push, subscribe }: LocalStack,
  { users, devices }: { readonly users: number; readonly devices: number },
  stop: AbortSignal,
): Promise<readonly Subscriber[]> => {
  const made = await push.createDevices({ count: users * devices, name: "bench" });
  const subscribed: SubscribedDevice[][] = Array.from({ length: users }, () => []);
  await concurrently({ count: made.length, atOnce: 8, stop }, async (index) => {
    const user = index % users;
    const device = made[index];
    if (device) subscribed[user]?.push(await subscribe(device, `bench-${user}@contoso.com`));
  });
  return subscribed.flatMap(([first, ...others]) => (first ? [[first, ...others] as const] : []));
};
