import { type KeyboardEvent, useState } from "react";
import { type Typed, wholeSticker } from "./typed-sticker.ts";

/**
 * The two fields of a sticker. A whole one in either, as a scanner at the counter types it, fills both when typing ended;
 * the Enter that ended it claims nothing: `found` is told of a whole sticker, else the next field has its turn.
 */
export function useTypedSticker(found: (sticker: Typed) => void) {
  const [typed, setTyped] = useState<Typed>({ serial: "", code: "" });
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
    event.preventDefault();
    const whole = wholeSticker(typed);
    if (whole !== null) found(whole);
    else controlAfter(event.currentTarget)?.focus();
  };
  const onBlur = () => setTyped(wholeSticker(typed) ?? typed);
  return { typed, setTyped, ending: { onKeyDown, onBlur } };
}

function controlAfter(input: HTMLInputElement): HTMLElement | undefined {
  const controls = [...(input.form?.elements ?? [])];
  return controls.slice(controls.indexOf(input) + 1).find((next) => next instanceof HTMLElement);
}
