import type { Equipment } from "#api/console-shapes.ts";
import { formatDuration, formatTime } from "../../i18n/format.ts";
import { Table } from "../table.tsx";
import { useWords } from "../use-words.tsx";
import { SensorTable } from "./sensor-table.tsx";

interface FactsProps {
  readonly equipment: Equipment;
  readonly nowMs: number;
}

/** What stands behind the readings: sensors with their calibrations, gateways, rules, and how far it is proved. */
export function EquipmentFacts(props: FactsProps) {
  return (
    <div className="columns">
      <SensorTable {...props} />
      <GatewayTable {...props} />
      <ProofFacts equipment={props.equipment} />
    </div>
  );
}

const gatewayHeads = ["gateway", "last", "signature"] as const;

function GatewayTable({ equipment, nowMs }: FactsProps) {
  const { say } = useWords();
  const rows = equipment.gateways.map(({ id, lastReceivedAt, signatureRequired }) => ({
    key: id,
    cells: [
      id,
      lastReceivedAt === null
        ? say.text("gateways.never")
        : say.text("age.reading", { ageMs: Math.max(0, nowMs - Date.parse(lastReceivedAt)) }),
      say.text(signatureRequired ? "gateways.signed" : "gateways.unsigned"),
    ],
  }));
  return (
    <section className="card" aria-labelledby="gateways">
      <h2 id="gateways">{say.text("gateways.title")}</h2>
      <Table
        caption={say.text("gateways.title")}
        heads={gatewayHeads.map((head) => say.text(`gateways.${head}`))}
        rows={rows}
      />
    </section>
  );
}

function ProofFacts({ equipment }: { equipment: Equipment }) {
  const { say } = useWords();
  const { profile, segmentMs, silentAfterMs, sealedUntil, anchoredUntil, label } = equipment;
  const moment = (at: string | null) =>
    at === null ? say.text("proof.nothing") : formatTime(say.lang, Date.parse(at));
  const rows = [
    [say.text("proof.sealed"), moment(sealedUntil)],
    [say.text("proof.anchored"), moment(anchoredUntil)],
    [
      say.text("proof.profile"),
      say.text("proof.profileValue", { name: profile.name, version: profile.version }),
    ],
    [say.text("proof.scope"), say.text(`scope.${equipment.scope}`)],
    [say.text("proof.segment"), formatDuration(say.lang, segmentMs)],
    [say.text("proof.silent"), formatDuration(say.lang, silentAfterMs)],
    [say.text("proof.label"), <code key="label">{label}</code>],
  ] as const;
  return (
    <section className="card" aria-labelledby="proof">
      <h2 id="proof">{say.text("proof.title")}</h2>
      <dl className="facts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p className="note">{say.text("proof.note")}</p>
    </section>
  );
}
