import type { Site } from "#api/console-shapes.ts";
import { useWords } from "../use-words.tsx";

/** Where the gateway stands; an only site is chosen already. */
export function SiteChoice({ id, sites }: { id: string; sites: readonly Site[] }) {
  const { say } = useWords();
  const [only] = sites.length === 1 ? sites : [];
  return (
    <select id={id} name="site" required defaultValue={only?.id ?? ""}>
      {only === undefined && <option value="">{say.text("claim.siteChoose")}</option>}
      {sites.map((site) => (
        <option key={site.id} value={site.id}>
          {say.name(site.names)}
        </option>
      ))}
    </select>
  );
}
