/*
 * What only those need who have to do with pushes: loaded when it is first used, a file of its own at the service (in a service worker's
 * script it stands with the rest).
 */
export { processPush } from "./process-push.ts";
export { subscribing } from "./subscription.ts";
