import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import type { Language } from "../i18n/format.ts";
import { keep, kept } from "./keep.ts";
import { pickLanguage } from "./language.ts";
import { type Say, sayIn } from "./words.ts";

const keptName = "coldmark.language";

interface Words {
  readonly say: Say;
  readonly choose: (lang: Language) => void;
}

const WordsContext = createContext<Words | null>(null);

/** Gives the language to all below: the browser's, or the one chosen here before. */
export function WordsProvider({ children }: { children: ReactNode }) {
  const [lang, setLang] = useState(() => pickLanguage(kept(keptName), navigator.languages));
  useEffect(() => {
    document.documentElement.lang = lang;
  }, [lang]);
  const words = useMemo<Words>(
    () => ({
      say: sayIn(lang),
      choose: (chosen) => {
        keep(keptName, chosen);
        setLang(chosen);
      },
    }),
    [lang],
  );
  return <WordsContext value={words}>{children}</WordsContext>;
}

/** The words in the chosen language, and the way to choose another. */
export function useWords(): Words {
  const words = useContext(WordsContext);
  if (words === null) throw new Error("WordsProvider is missing");
  return words;
}

/** The words in the chosen language; temperatures off these limits (°C) are not shown as if they were on them. */
export function useSay(lowerC?: number, upperC?: number): Say {
  const { say } = useWords();
  return useMemo(
    () => (lowerC === undefined || upperC === undefined ? say : sayIn(say.lang, [lowerC, upperC])),
    [say, lowerC, upperC],
  );
}
