/** Whatever of it there is: a worker has no container, an insecure page neither, and a test not even a navigator. */
const here: { readonly navigator?: { readonly serviceWorker?: ServiceWorkerContainer } } = globalThis;

/** The page's service workers; undefined where there are none. */
export const serviceWorkers = (): ServiceWorkerContainer | undefined => here.navigator?.serviceWorker;
