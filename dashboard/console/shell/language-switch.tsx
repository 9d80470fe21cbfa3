import { useWords } from "../use-words.tsx";

/** Changes to the other language, named in that language. */
export function LanguageSwitch() {
  const { say, choose } = useWords();
  const other = say.lang === "en" ? "zh-CN" : "en";
  return (
    <button type="button" className="quiet" lang={other} onClick={() => choose(other)}>
      {say.text("nav.language")}
    </button>
  );
}
