/**
 * Imports of Drizzle, and within it, resolved once and by their spelling. Node reads the 179 kB of its package's `exports`
 * anew for each of some 300 imports otherwise: half a second of every start, and 100 MB of memory that V8 keeps.
 */
import { type ResolveFnOutput, registerHooks } from "node:module";

const drizzleModule = /\/node_modules\/drizzle-orm\/[^?#]*\.js$/;
const drizzleName = /^drizzle-orm(\/|$)/;
const entries = new Map<string, ResolveFnOutput>();

registerHooks({
  resolve: (specifier, context, next) => {
    const { parentURL = "" } = context;
    if (specifier.startsWith(".") && specifier.endsWith(".js") && drizzleModule.test(parentURL)) {
      return { url: new URL(specifier, parentURL).href, format: "module", shortCircuit: true };
    }
    if (!drizzleName.test(specifier) || parentURL.includes("/node_modules/")) return next(specifier, context);
    const known = entries.get(specifier);
    if (known !== undefined) return { ...known, shortCircuit: true };
    const found = next(specifier, context);
    entries.set(specifier, found);
    return found;
  },
});
