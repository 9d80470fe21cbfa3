import type { z } from "zod";
import { checkNetwork, type NetworkRules } from "./check-network.ts";
import type { Fault } from "./fault.ts";
import { type Network, networkShape } from "./network.ts";

/**
 * Reads a register file. Every fault is listed at once, each with its path and what to do: those of single values
 * and those between values (duplicates, references).
 */
export function parseNetwork(
  file: unknown,
  rules: NetworkRules,
): { network: Network | null; faults: Fault[] } {
  const parsed = networkShape.safeParse(file);
  const faults = [...(parsed.error?.issues ?? []).flatMap(toFaults), ...checkNetwork(file, rules)];
  return { network: parsed.success && faults.length === 0 ? parsed.data : null, faults };
}

function toFaults(issue: z.core.$ZodIssue): Fault[] {
  if (issue.code !== "unrecognized_keys") return [{ path: pathOf(issue.path), message: issue.message }];
  return issue.keys.map((name) => ({
    path: pathOf([...issue.path, name]),
    message: "is not known: remove it",
  }));
}

function pathOf(steps: readonly PropertyKey[]): string {
  const parts = steps.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`));
  return parts.join("").replace(/^\./, "") || "(file)";
}
