/**
 * Writes the golden equipment bundles of version 1 into a folder: `node test/golden/make-equipment-v1.ts FOLDER`. They are
 * kept for ever: what is already there is never written again.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EquipmentBundle } from "#domain/log/equipment-bundle.ts";
import { start } from "#test/support/cold-network.ts";
import { judgeEquipment } from "./equipment-cases.ts";
import { equipmentStory, label, movedAway, point } from "./equipment-stories.ts";

const story = equipmentStory();
const changed = (change: (bundle: EquipmentBundle) => Partial<EquipmentBundle>) => ({
  ...story,
  bundle: { ...story.bundle, ...change(story.bundle) },
});
const readings = (change: (csv: string) => string) =>
  changed((bundle) => ({ readings: change(bundle.readings) }));

const made = {
  "one-warm-hour": { about: "ten minutes at 8.5 °C, forty without a reading", story },
  "moved-away": { about: "a replay sensor, moved away before its window was sealed", story: movedAway() },
  "reading-changed": {
    about: "one reading made cooler",
    story: readings((csv) => csv.replace(`${point},${start},5000,`, `${point},${start},4999,`)),
  },
  "reading-left-out": {
    about: "one reading left out",
    story: readings((csv) => csv.replace(`${point},${start},5000,\n`, "")),
  },
  "hour-left-out": {
    about: "the last hour left out",
    story: changed(({ streams: [own, ...more] }) => ({
      streams: own === undefined ? more : [{ ...own, entries: own.entries.slice(0, -1) }, ...more],
    })),
  },
  "site-left-out": {
    about: "the site's stream left out",
    story: changed(({ streams }) => ({ streams: streams.slice(0, 1) })),
  },
  "other-label": {
    about: "renamed to other equipment",
    story: changed(() => ({ equipment: "f".repeat(32) })),
  },
};

const folder = process.argv[2];
if (folder === undefined) throw new Error("a folder is needed");
mkdirSync(folder, { recursive: true });
for (const [name, { about, story: told }] of Object.entries(made)) {
  const bundle = `${JSON.stringify(told.bundle)}\n`;
  const input = { about, bundle, trust: JSON.stringify(told.trust), code: label, chain: told.chain };
  const { bundle: _, ...kept } = { ...input, expected: await judgeEquipment(input) };
  writeFileSync(join(folder, `${name}.bundle.json`), bundle, { flag: "wx" });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(kept, null, 2)}\n`, { flag: "wx" });
}
