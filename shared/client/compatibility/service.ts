import type { Asking } from "../ask.http.ts";
import type { Registration } from "../local-store.ts";
import type { Foundation, ServiceApi } from "./foundation.ts";

/** What every call uses: what the library stands on, and the token as it is just now. */
export type Uses = Foundation & { readonly token: () => string | null };

/** The service as this user's client speaks to it, at the place where the browser is subscribed, if it is. */
export const serviceAt = (
  use: Uses,
  place: Pick<Registration, "baseUrl" | "targetHostName"> | undefined,
  acting: Pick<Asking, "unsid" | "onUnsidRefused"> = {},
): ServiceApi => {
  let used: string | null;
  return use.serviceApi({
    baseUrl: use.configuredUrl() ?? place?.baseUrl ?? servingUrlOf(use),
    targetHostName: place?.targetHostName,
    // The app renews its token by setting it: for a refused one there is another only if that has happened meanwhile.
    getToken: ({ isRefused }) => {
      if (isRefused && use.token() === used) return Promise.resolve(undefined);
      used = use.token();
      return Promise.resolve(used === null || used === "" ? undefined : used);
    },
    ...acting,
  });
};

/** Where a new subscription is made. Throws when nobody has said where the service is. */
export const servingUrlOf = ({ configuredUrl, servingUrl }: Foundation): string => {
  const baseUrl = configuredUrl() ?? servingUrl();
  if (baseUrl === undefined) throw new Error("userNotificationsClient.configure({ baseUrl }) has to name the service.");
  return baseUrl;
};
