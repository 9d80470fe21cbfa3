/** A file that a page asks for, and how it is to be served. */
interface ScanAsset {
  readonly file: URL;
  readonly contentType: string;
}

/** The files behind the pages, by path; `check.js` is there once `buildScanScript` ran. */
export const scanAssets: Readonly<Record<string, ScanAsset>> = {
  "/assets/tokens.css": {
    file: new URL("../tokens.css", import.meta.url),
    contentType: "text/css; charset=utf-8",
  },
  "/assets/page.css": {
    file: new URL("./page.css", import.meta.url),
    contentType: "text/css; charset=utf-8",
  },
  "/assets/favicon.svg": {
    file: new URL("./favicon.svg", import.meta.url),
    contentType: "image/svg+xml",
  },
  "/assets/check.js": {
    file: new URL("./dist/check.js", import.meta.url),
    contentType: "text/javascript; charset=utf-8",
  },
};
