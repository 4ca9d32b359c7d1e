/*
 * What only those need who have to do with pushes: loaded where there is a service worker, a file of its own at the service (in a service
 * worker's script it stands with the rest).
 */
export { pushes } from "./pushes.ts";
