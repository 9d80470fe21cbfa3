/** Where the built console lies; `buildConsole` writes it. */
export const consoleFolder = new URL("./dist/", import.meta.url);

const contentTypes: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};

/** A built file and how it is to be served: its name carries a hash of what is in it, so it never changes. */
export interface ConsoleAsset {
  readonly file: URL;
  readonly contentType: string;
}

/** The built file of a name, or null where the name is none that a build gives. */
export function consoleAsset(name: string): ConsoleAsset | null {
  const [, extension = ""] = /^[\w-]+(\.(?:js|css))$/.exec(name) ?? [];
  const contentType = contentTypes[extension];
  return contentType === undefined ? null : { file: new URL(name, consoleFolder), contentType };
}

/** The page that loads the console, whatever address under /console it is opened at. */
export const consolePage = new URL("index.html", consoleFolder);
