import type { CaptureFault } from "./capture-fault.ts";

type Fields = Readonly<Record<string, unknown>>;

const onceInElement = ["deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "time"];

/**
 * What the standard asks of an event beyond the form of single fields: something it is about, a parent where one is
 * needed, sensor details in metadata or report but not both, and at most `epcsMax` EPCs. Takes events with faults too.
 */
export function eventRules(event: Fields, path: string, epcsMax: number): CaptureFault[] {
  return [...subjectFaults(event, path), ...sizeFaults(event, path, epcsMax), ...sensorFaults(event, path)];
}

function subjectFaults(event: Fields, path: string): CaptureFault[] {
  if (event.type === "ObjectEvent") return objectFaults(event, path);
  const faults: CaptureFault[] = [];
  if (event.type === "AggregationEvent" && event.action !== "OBSERVE" && event.parentID === undefined) {
    faults.push({
      path: `${path}/parentID`,
      message: "must name the parent when the action is ADD or DELETE",
    });
  }
  if (
    event.action !== "DELETE" &&
    listOf(event.childEPCs).length + listOf(event.childQuantityList).length === 0
  ) {
    faults.push({
      path: `${path}/childEPCs`,
      message: "must name at least one child unless the action is DELETE",
    });
  }
  return faults;
}

function objectFaults(event: Fields, path: string): CaptureFault[] {
  const faults: CaptureFault[] = [];
  const aboutPlace = listOf(event.sensorElementList).length > 0 && event.readPoint !== undefined;
  if (listOf(event.epcList).length + listOf(event.quantityList).length === 0 && !aboutPlace) {
    faults.push({
      path: `${path}/epcList`,
      message: "must name what the event is about, or a readPoint with sensor data",
    });
  }
  if (event.ilmd !== undefined && event.action !== "ADD") {
    faults.push({ path: `${path}/ilmd`, message: "may stand only where the action is ADD" });
  }
  return faults;
}

function sizeFaults(event: Fields, path: string, epcsMax: number): CaptureFault[] {
  const lists = ["epcList", "quantityList", "childEPCs", "childQuantityList"];
  const count = lists.reduce((sum, name) => sum + listOf(event[name]).length, 0);
  if (count <= epcsMax) return [];
  return [{ path, message: `names ${count} EPCs: split it into events of at most ${epcsMax}` }];
}

function sensorFaults(event: Fields, path: string): CaptureFault[] {
  return listOf(event.sensorElementList).flatMap((element, index) => {
    const { sensorMetadata, sensorReport } = fieldsOf(element);
    const inMetadata = onceInElement.filter((name) => fieldsOf(sensorMetadata)[name] !== undefined);
    return listOf(sensorReport).flatMap((report, reportIndex) =>
      inMetadata
        .filter((name) => fieldsOf(report)[name] !== undefined)
        .map((name) => ({
          path: `${path}/sensorElementList/${index}/sensorReport/${reportIndex}/${name}`,
          message: "stands in sensorMetadata too: keep it in one of the two",
        })),
    );
  });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}
