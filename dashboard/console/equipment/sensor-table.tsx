import type { Equipment } from "#api/console-shapes.ts";
import { formatDay } from "../../i18n/format.ts";
import { Degrees } from "../degrees.tsx";
import { Icon } from "../icons.tsx";
import { Table } from "../table.tsx";
import { useWords } from "../use-words.tsx";
import { sensorNames } from "./sensor-names.ts";

type Sensor = Equipment["sensors"][number];

const heads = ["sensor", "now", "age", "certificate", "valid"] as const;

/** The sensors as they are now, each with its calibration; what has none or an expired one stands out. */
export function SensorTable({ equipment, nowMs }: { equipment: Equipment; nowMs: number }) {
  const { say } = useWords();
  const names = sensorNames(equipment.sensors);
  const rows = equipment.sensors.map((sensor) => ({
    key: sensor.id,
    cells: [
      names.get(sensor.id),
      <Reading key="now" sensor={sensor} equipment={equipment} nowMs={nowMs} />,
      sensor.asOf === null
        ? say.text("age.never")
        : say.text("age.reading", { ageMs: Math.max(0, nowMs - Date.parse(sensor.asOf)) }),
      sensor.calibration?.certificate ?? "–",
      <Validity key="valid" calibration={sensor.calibration} />,
    ],
  }));
  return (
    <section className="card wide" aria-labelledby="sensors">
      <h2 id="sensors">{say.text("sensors.title")}</h2>
      <Table
        caption={say.text("sensors.title")}
        heads={heads.map((head) => say.text(`sensors.${head}`))}
        rows={rows}
      />
    </section>
  );
}

interface ReadingProps {
  readonly sensor: Sensor;
  readonly equipment: Equipment;
  readonly nowMs: number;
}

function Reading({ sensor: { err, tC, asOf }, equipment, nowMs }: ReadingProps) {
  const { say } = useWords();
  if (err === null) {
    const old = asOf !== null && nowMs - Date.parse(asOf) > equipment.silentAfterMs;
    return <Degrees tC={tC} limits={[equipment.lowerLimitC, equipment.upperLimitC]} old={old} />;
  }
  return (
    <span className="tone-caution flag">
      <Icon name="sensor-fault" /> {say.text("sensors.fault", { fault: err })}
    </span>
  );
}

function Validity({ calibration }: Pick<Sensor, "calibration">) {
  const { say } = useWords();
  const day = calibration && formatDay(say.lang, Date.parse(calibration.validUntil));
  if (calibration !== null && !calibration.expired) return <>{day}</>;
  return (
    <strong className="tone-caution flag">
      <Icon name="calibration-expired" />{" "}
      {day === null ? say.text("sensors.uncalibrated") : say.text("sensors.expired", { day })}
    </strong>
  );
}
