/** A command that prints the password of all users out of this stack.json. Backslashes would need doubling; Node takes slashes everywhere. */
export const passwordCommand = (stackFile: string): string =>
  `node -p "JSON.parse(require('fs').readFileSync('${stackFile.replaceAll("\\", "/")}')).users[0].password"`;
