import type { EquipmentState } from "../states.ts";
import type { ConsoleKey } from "../words.ts";

/** What to do in each state, in order; worded as duties of care, the decision stays with the pharmacist. */
const steps: Readonly<Record<EquipmentState, readonly ConsoleKey[]>> = {
  "too-cold": ["advice.keep", "advice.move", "advice.quarantine", "advice.frozen", "advice.decide"],
  "too-warm": ["advice.door", "advice.move", "advice.quarantine", "advice.decide"],
  "no-data": ["advice.read", "advice.power", "advice.network", "advice.gap"],
  "sensor-fault": ["advice.read", "advice.plug", "advice.gap", "advice.replace"],
  "calibration-expired": ["advice.goesOn", "advice.calibrate", "advice.notProved"],
  "never-reported": ["advice.power", "advice.register", "advice.empty"],
  "in-range": [],
};

/** The keys of what to do in a state; none when it is in range. */
export function adviceFor(state: EquipmentState): readonly ConsoleKey[] {
  return steps[state];
}
