/**
 * Where the app's tokens come from: an access token for the service, of the user who is signed in, or undefined when there is none
 * to be had just now. `isRefused`: the service has refused the last one, so it has to be a new one.
 */
export type GetToken = (why: {
  readonly isRefused: boolean;
  readonly signal?: AbortSignal | undefined;
}) => Promise<string | undefined>;

export type ClientOptions = {
  /** The service's address, without `/beta`; by default the one this script was served by. */
  readonly baseUrl?: string;
  /** The app's host name, as its app server posts to it. */
  readonly targetHostName: string;
  /** The app's name for the user who is signed in, stable and unlike any other's: each has a local store of its own. */
  readonly account: string;
  readonly getToken: GetToken;
};
