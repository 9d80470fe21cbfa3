import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import type { Equipment } from "#api/console-shapes.ts";
import { AlarmTable } from "../alarms/alarm-table.tsx";
import { Heading } from "../heading.tsx";
import { keptSearch } from "../home/kept-search.ts";
import { Icon } from "../icons.tsx";
import { equipmentQuery } from "../queries.ts";
import { useLiveSites } from "../shell/use-live.tsx";
import { Skeleton, Trouble } from "../trouble.tsx";
import { useSay, useWords } from "../use-words.tsx";
import { adviceFor } from "./advice.ts";
import { ChartSection } from "./chart-section.tsx";
import { EquipmentFacts } from "./equipment-facts.tsx";
import { MissingMessages } from "./missing-messages.tsx";
import { readingAge, stateAnswer } from "./state-sentence.ts";
import { WrongClocks } from "./wrong-clocks.tsx";

/** One piece of equipment: its state in a sentence and what to do, its chart, alarms, sensors and proof. */
export function EquipmentPage() {
  const { label } = useParams({ strict: false }) as { label: string };
  return <EquipmentOf key={label} label={label} />;
}

function EquipmentOf({ label }: { label: string }) {
  const { say } = useWords();
  const query = useQuery(equipmentQuery(label));
  const { data } = query;
  return (
    <>
      {data && <Where equipment={data} />}
      <Heading title={data === undefined ? say.text("equipment.title") : say.name(data.names)} />
      {query.isError && <Trouble error={query.error} retry={() => void query.refetch()} />}
      {data === undefined ? (
        query.isPending && <Skeleton lines={10} />
      ) : (
        <Details equipment={data} heardMs={query.dataUpdatedAt} />
      )}
    </>
  );
}

/** `heardMs`: when the equipment was last fetched, epoch ms by this device's clock. */
function Details({ equipment, heardMs }: { equipment: Equipment; heardMs: number }) {
  const { say } = useWords();
  const { serverNowMs, liveness, livenessAt, now } = useLiveSites();
  const isLive = liveness.live && livenessAt(heardMs).live;
  const onceMs = isLive ? null : serverNowMs - Math.max(0, now - heardMs);
  return (
    <>
      <StateCard equipment={equipment} nowMs={serverNowMs} onceMs={onceMs} />
      <Advice equipment={equipment} />
      {equipment.alarms.length > 0 && (
        <section aria-labelledby="alarms">
          <h2 id="alarms">{say.text("equipment.alarms")}</h2>
          <AlarmTable alarms={equipment.alarms} nowMs={serverNowMs} onEquipment />
        </section>
      )}
      <WrongClocks equipment={equipment} />
      <MissingMessages equipment={equipment} />
      <ChartSection equipment={equipment} />
      <EquipmentFacts equipment={equipment} nowMs={serverNowMs} />
    </>
  );
}

function Where({ equipment }: { equipment: Equipment }) {
  const { say } = useWords();
  const { site, organisation } = equipment;
  const place = site.city === null ? [] : [say.name(site.city)];
  const names = new Set([say.name(organisation.names), say.name(site.names), ...place]);
  return (
    <nav className="where" aria-label={say.text("equipment.where")}>
      <Link to="/" search={keptSearch()}>
        {say.text("nav.sites")}
      </Link>{" "}
      <span aria-hidden="true">›</span> {[...names].join(" · ")}
    </nav>
  );
}

interface StateCardProps {
  readonly equipment: Equipment;
  readonly nowMs: number;
  /** When it was so (epoch ms), where it isn't live; null while it is. */
  readonly onceMs: number | null;
}

function StateCard({ equipment, nowMs, onceMs }: StateCardProps) {
  const say = useSay(equipment.lowerLimitC, equipment.upperLimitC);
  const { state } = equipment;
  const { tone, sentence } = stateAnswer(equipment, { nowMs, onceMs }, say);
  return (
    <section className={`answer tone-${tone}`} data-state={state}>
      <Icon name={onceMs !== null && state === "in-range" ? "question" : state} />
      <div>
        <p className="sentence" role="status">
          {sentence}
        </p>
        <p className="note">
          {say.text("equipment.newest", { age: readingAge(equipment, nowMs, say) })}{" "}
          {say.text("equipment.limits", { lowerC: equipment.lowerLimitC, upperC: equipment.upperLimitC })}
        </p>
      </div>
    </section>
  );
}

function Advice({ equipment }: { equipment: Equipment }) {
  const { say } = useWords();
  const steps = adviceFor(equipment.state);
  if (steps.length === 0) return null;
  return (
    <section className="card advice" aria-labelledby="advice">
      <h2 id="advice">{say.text("advice.title")}</h2>
      <ol>
        {steps.map((key) => (
          <li key={key}>{say.text(key)}</li>
        ))}
      </ol>
    </section>
  );
}
