import { concurrently } from "../pipeline/concurrently.ts";
import { draftNow, type Owned } from "./life.ts";
import { serviceOn, type Service, type ServiceTables } from "./service.ts";

/** A service of one size, and whose turn it is next in it. */
export type World = { readonly size: number; readonly service: Service; readonly next: () => Owned };

export type Making = {
  readonly size: number;
  readonly tables: ServiceTables;
  /** Writers at once while it is filled. */
  readonly atOnce: number;
  readonly stop: AbortSignal;
};

/** One user with so many notifications. */
export const worldOfFeed = async ({ size, tables, stop }: Making): Promise<World> => {
  const service = await serviceOn(tables);
  const feed = await service.subscribe(userOf(0));
  const owned: Owned[] = [];
  await concurrently({ count: size, atOnce: 1, stop }, async () => {
    const { notification } = await service.feed.accept(feed, draftNow());
    owned.push({ feed, id: notification.id, isRead: false });
  });
  return { size, service, next: strided(owned) };
};

/** So many users with one device and one notification each, all met by this instance. */
export const worldOfUsers = async ({ size, tables, atOnce, stop }: Making): Promise<World> => {
  const service = await serviceOn(tables);
  const owned: Owned[] = [];
  await concurrently({ count: size, atOnce, stop }, async (index) => {
    const feed = await service.subscribe(userOf(index));
    const { notification } = await service.feed.accept(feed, draftNow());
    owned.push({ feed, id: notification.id, isRead: false });
  });
  return { size, service, next: strided(owned) };
};

const userOf = (number: number) => ({
  tenantId: "bench",
  objectId: `user-${number}`,
  principalName: `user-${number}@contoso.com`,
});

/** One after another, all over the world: a prime's steps meet each before they meet one again. */
const strided = (all: readonly Owned[]): (() => Owned) => {
  const stride = 7_919;
  let index = 0;
  return () => {
    index = (index + stride) % all.length;
    const one = all[index];
    if (!one) throw new Error("There is nobody.");
    return one;
  };
};
