/** The user whom the virtual devices belong to. */
export const seededUser = "graphnotify@contoso.com";
