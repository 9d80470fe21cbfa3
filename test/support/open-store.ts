// A process of its own that opens the embedded store in a folder, says how that went in one line of JSON, and holds it
// until its input ends: `node test/support/open-store.ts FOLDER`.
import { once } from "node:events";
import { AppError } from "#domain/errors.ts";
import { openStore } from "#store/connect.ts";

const say = (fact: object) => process.stdout.write(`${JSON.stringify(fact)}\n`);
try {
  const store = await openStore({ dataDir: process.argv[2] ?? "" });
  say({ opened: process.pid });
  await once(process.stdin.resume(), "end");
  await store.close();
} catch (fault) {
  say({ refused: fault instanceof AppError ? fault.code : String(fault), ...(fault as AppError).facts });
}
