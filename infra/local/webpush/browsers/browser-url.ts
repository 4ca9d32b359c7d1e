/** Where on the control port browsers connect. */
export const browsersPath = "/_browsers";

/** What a browser's `dom.push.serverURL` has to be for the service that is controlled at this URL. */
export const browserUrlOf = (controlUrl: string): string => controlUrl.replace(/^http/, "ws") + browsersPath;
