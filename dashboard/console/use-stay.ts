import { useBlocker } from "@tanstack/react-router";
import { useEffect } from "react";

const questions = new Set<string>();

/** Whether the page may be left: asks the person where something on it would be lost. */
export function mayLeave(): boolean {
  return [...questions].every((question) => window.confirm(question));
}

/** Whoever was asked and is gone isn't asked again. */
export function askNoMore(): void {
  questions.clear();
}

/** Asks before the page is left, as long as there is a question; closing the window asks in the browser's own words. */
export function useStay(question: string | null): void {
  useEffect(() => {
    if (question === null) return;
    questions.add(question);
    return () => void questions.delete(question);
  }, [question]);
  useBlocker({
    shouldBlockFn: ({ current, next }) => current.pathname !== next.pathname && !mayLeave(),
    enableBeforeUnload: true,
    disabled: question === null,
  });
}
