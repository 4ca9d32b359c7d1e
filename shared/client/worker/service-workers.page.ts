/** Whatever of it there is: an insecure page has no container, and a test not even a navigator. */
const here: Partial<Pick<typeof globalThis, "document">> & {
  readonly navigator?: { readonly serviceWorker?: ServiceWorkerContainer };
} = globalThis;

/** The page's service workers; undefined where there are none, and in a worker: Firefox has a container there, too, and it would tell itself. */
export const serviceWorkers = (): ServiceWorkerContainer | undefined => here.document && here.navigator?.serviceWorker;
