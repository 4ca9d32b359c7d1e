import { escapeHtml } from "./escape-html.ts";

/** What the sign-in page shows. Never the password, nor what was given for it. */
export type SignInPage = {
  /** What one signs in to, by the client's name. */
  readonly clientName: string;
  readonly userName: string;
  /** A sentence that says why one is asked once more. */
  readonly fault: string | undefined;
  /** A command that prints the password, where one is known. */
  readonly passwordCommand: string | undefined;
};

/** The sign-in form, which posts to where it came from. */
export const signInPage = ({ clientName, userName, fault, passwordCommand }: SignInPage): string => {
  const where =
    passwordCommand === undefined
      ? "It stands in the local stack’s <code>stack.json</code>."
      : `This command prints it:</p><p class="command"><code>${escapeHtml(passwordCommand)}</code>`;
  return page(
    fault === undefined ? "Sign in" : "Error: sign in",
    `<h1>Sign in</h1>
<p>to ${escapeHtml(clientName)}, at the identity provider of the local stack on this computer.</p>
${fault === undefined ? "" : `<p id="fault" class="fault" role="alert">${escapeHtml(fault)}</p>`}
<form method="post">
<label for="username">User name</label>
<input id="username" name="username" value="${escapeHtml(userName)}" required maxlength="256" autocomplete="username" autocapitalize="none" spellcheck="false" aria-describedby="any">
<p id="any" class="hint">Any name works: whoever is named exists.</p>
<label for="password">Password</label>
<input id="password" name="password" type="password" required maxlength="1024" autocomplete="current-password" autofocus${fault === undefined ? "" : ' aria-invalid="true"'} aria-describedby="${fault === undefined ? "" : "fault "}where">
<div id="where" class="hint"><p>All users of this stack have one and the same password. ${where}</p></div>
<button>Sign in</button>
</form>`,
  );
};

/** A page that only says something. */
export const saying = (heading: string, sentence: string): string =>
  page(heading, `<h1>${escapeHtml(heading)}</h1>\n<p>${escapeHtml(sentence)}</p>`);

/**
 * Asks whether to sign out, in the library's form. With `isSure` (an ID token came with the request, so it is no other site's doing) a
 * script says yes at once; the button is for browsers without scripts.
 */
export const signOutPage = (form: string, isSure: boolean): string =>
  page(
    "Sign out",
    `<h1>Sign out</h1>
<p>You leave the local stack’s inbox.</p>
${form}
<button form="op.logoutForm" name="logout" value="yes" autofocus>Sign out</button>
${isSure ? '<script src="/sign-out.js"></script>' : ""}`,
  );

/** The script of `signOutPage`. */
export const signOutScript = 'document.querySelector("button").click();\n';

const page = (title: string, main: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} – Fanfare</title>
<link rel="stylesheet" href="/sign-in.css">
<link rel="icon" href="data:,">
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`;

/** The pages' style sheet. Colours keep a contrast of at least 4.5 to 1 in both schemes. */
export const styleSheet = `:root {
  color-scheme: light dark;
  --ink: light-dark(#1c1b22, #f0f0f4);
  --soft: light-dark(#55535f, #b9b8c3);
  --paper: light-dark(#f4f4f7, #1c1b22);
  --card: light-dark(#fff, #2b2a33);
  --line: light-dark(#8a8894, #8a8894);
  --act: light-dark(#0054b5, #7cb8ff);
  --on-act: light-dark(#fff, #12131a);
  --wrong: light-dark(#b00020, #ff9c9c);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 30rem; margin: 8vh auto 2rem; padding: 1.5rem 2rem 2rem; background: var(--card); border-radius: .5rem; }
h1 { margin: 0; font-size: 1.5rem; }
label { display: block; margin-top: 1.25rem; font-weight: 600; }
input { width: 100%; margin-top: .25rem; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .25rem; background: transparent; color: inherit; font: inherit; }
input[aria-invalid] { border-color: var(--wrong); border-width: 2px; }
button { margin-top: 1.5rem; padding: .6rem 1.5rem; border: 0; border-radius: .25rem; background: var(--act); color: var(--on-act); font: inherit; font-weight: 600; cursor: pointer; }
:focus-visible { outline: 3px solid var(--act); outline-offset: 2px; }
p { margin: .5rem 0; }
.hint, .hint p { margin: .25rem 0 0; color: var(--soft); font-size: .875rem; }
.command code { display: block; padding: .5rem; background: var(--paper); color: var(--ink); border-radius: .25rem; overflow-wrap: anywhere; user-select: all; }
.fault { margin: 1rem 0 0; padding: .5rem .75rem; border: 2px solid var(--wrong); border-radius: .25rem; color: var(--wrong); }
@media (forced-colors: active) { button { border: 1px solid; } }
`;
