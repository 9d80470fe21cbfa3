import { parseCapture } from "#domain/epcis/capture.ts";
import type { CaptureFault } from "#domain/epcis/capture-fault.ts";
import { readStatement, type Statement } from "./statement.ts";

/** How much one capture may hold; its body in bytes of UTF-8. */
export const captureLimits = {
  eventsMax: 1_000,
  epcsMax: 1_000,
  depthMax: 16,
  bodyBytesMax: 1_048_576,
} as const;

const plainList = "/epcisBody/eventList";
const queryList = "/epcisBody/queryResults/resultsBody/eventList";

/** The statements of a document, or every one of its faults at once with path (JSON pointer) and cure. */
export function readStatements(
  document: unknown,
  now: number,
): { statements: readonly Statement[]; faults: readonly CaptureFault[] } {
  const { events, faults } = parseCapture(document, captureLimits);
  const list = (document as { type?: unknown } | null)?.type === "EPCISQueryDocument" ? queryList : plainList;
  const indexes = soundIndexes(faults, list, events.length);
  const read = events.map((event, n) =>
    readStatement(event, { path: `${list}/${indexes[n]}`, context: document, now }),
  );
  return {
    statements: read.map(({ statement }) => statement),
    faults: [
      ...faults,
      ...read.flatMap((one) => one.faults),
      ...clashes(
        read.map((one) => one.statement),
        list,
      ),
    ],
  };
}

/** `parseCapture` leaves events with faults out, so those that are there stand at the other indexes, in order. */
function soundIndexes(faults: readonly CaptureFault[], list: string, count: number): number[] {
  const faulty = new Set(
    faults.flatMap(({ path }) =>
      path.startsWith(`${list}/`) ? [Number(path.split("/")[list.split("/").length])] : [],
    ),
  );
  const indexes: number[] = [];
  for (let index = 0; indexes.length < count; index += 1) if (!faulty.has(index)) indexes.push(index);
  return indexes;
}

/** One eventID may stand for one event only. */
function clashes(statements: readonly Statement[], list: string): CaptureFault[] {
  const texts = new Map<string, string>();
  return statements.flatMap(({ key, text }) => {
    const before = texts.get(key);
    texts.set(key, before ?? text);
    const message = `two events have the eventID ${key} but say different things`;
    return before === undefined || before === text ? [] : [{ path: list, message }];
  });
}
