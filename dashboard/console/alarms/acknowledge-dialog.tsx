import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useId, useRef } from "react";
import type { Acknowledge, Alarm } from "#api/console-shapes.ts";
import { ApiError, postJson } from "../api.ts";
import { useWords } from "../use-words.tsx";
import type { ConsoleKey } from "../words.ts";
import { placesOf } from "./places-of.ts";

interface AcknowledgeDialogProps {
  readonly alarm: Alarm;
  readonly close: () => void;
  readonly saved: () => void;
}

const actions = ["moved", "quarantined", "repaired", "called", "checked", "other"] as const;

/** Asks what was done about an alarm and why, and records it with name and time; what was typed survives a failure. */
export function AcknowledgeDialog({ alarm, close, saved }: AcknowledgeDialogProps) {
  const { say } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const { mutate, error, isPending } = useAcknowledge(alarm, () => {
    saved();
    dialog.current?.close();
  });
  useEffect(() => dialog.current?.showModal(), []);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const action = actions.find((known) => known === form.get("action"));
    const reason = String(form.get("reason")).trim();
    if (action !== undefined) mutate({ action, reason });
  };
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby={`${id}-title`}>
      <form onSubmit={submit}>
        <h2 id={`${id}-title`}>{say.text("ack.title")}</h2>
        <p>{[say.text(`state.${alarm.kind}`), ...placesOf(alarm, say)].join(" · ")}</p>
        <fieldset>
          <legend>{say.text("ack.action")}</legend>
          {actions.map((action) => (
            <label key={action} className="choice">
              <input type="radio" name="action" value={action} required />
              {say.text(`action.${action}`)}
            </label>
          ))}
        </fieldset>
        <label htmlFor={`${id}-reason`}>{say.text("ack.reason")}</label>
        <p className="note" id={`${id}-hint`}>
          {say.text("ack.hint")}
        </p>
        {/* Three letters at least: the pattern of the field counts spaces, the server doesn't. */}
        <textarea
          id={`${id}-reason`}
          name="reason"
          aria-describedby={`${id}-hint`}
          required
          minLength={3}
          maxLength={500}
          rows={3}
        />
        <p role="alert" className="failed">
          {error && say.text(failureOf(error))}
        </p>
        <div className="buttons">
          <button type="submit" className="main" disabled={isPending}>
            {say.text(isPending ? "ack.saving" : "ack.save")}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            {say.text("ack.cancel")}
          </button>
        </div>
      </form>
    </dialog>
  );
}

function useAcknowledge(alarm: Alarm, done: () => void) {
  const client = useQueryClient();
  const path = `/v1/alarms/${encodeURIComponent(alarm.organisation.id)}/${alarm.id}/acknowledge`;
  return useMutation({
    mutationFn: (said: Acknowledge) => postJson(path, said),
    onSuccess: done,
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["alarms"] }),
        client.invalidateQueries({ queryKey: ["equipment", alarm.equipment?.label] }),
      ]),
  });
}

function failureOf(error: Error): ConsoleKey {
  const status = error instanceof ApiError ? error.status : -1;
  if (status === 409) return "ack.conflict";
  if (status === 400) return "ack.invalid";
  return status === 404 ? "ack.forbidden" : "ack.failed";
}
