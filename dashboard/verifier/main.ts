/** The single-file verifier's page: takes files and a code, checks them here, shows what was found in either language. */
import { isEquipmentBundle } from "#domain/log/is-equipment-bundle.ts";
import { fill } from "../i18n/fill.ts";
import type { Language } from "../i18n/format.ts";
import { type Checked, checkFiles } from "./check-files.ts";
import { showOutcome, type Words } from "./show-outcome.ts";

/** Put in by the build: the page's sentences in both languages, its style and its form. */
declare const builtWords: Readonly<Record<Language, Words>>;
declare const builtStyle: string;
declare const builtForm: string;

const style = document.createElement("style");
style.textContent = builtStyle;
document.head.append(style);
document.querySelector("main")?.insertAdjacentHTML("beforeend", builtForm);

const byId = <T extends HTMLElement = HTMLElement>(id: string) => document.getElementById(id) as T;
const form = byId<HTMLFormElement>("form");
const [codeField, rpcField] = [byId<HTMLInputElement>("code"), byId<HTMLInputElement>("rpc")];
const outcome = byId("outcome");
/** Empty until a file is chosen; whoever checks waits until it is read. */
const texts = { bundle: Promise.resolve(""), trust: Promise.resolve("") };
let lang: Language = navigator.language.startsWith("zh") ? "zh-CN" : "en";
let render: () => void = () => {};
let isLocked = false;

const say = (key: string, facts: Record<string, string> = {}) => fill(builtWords[lang][key] ?? key, facts);

function showWords(): void {
  document.documentElement.lang = lang;
  document.title = say("title");
  for (const one of document.querySelectorAll<HTMLElement>("[data-w]"))
    one.textContent = say(one.dataset.w ?? "");
  render();
}

function note(key: string, facts: Record<string, string> = {}): void {
  render = () => {
    const line = document.createElement("p");
    line.className = "note";
    line.textContent = say(key, facts);
    outcome.replaceChildren(line);
  };
  render();
}

function show(checked: Checked, code: string): void {
  render = () => outcome.replaceChildren(showOutcome(checked, code, lang, builtWords[lang]));
  render();
}

/** Bytes as the verifier counts them: a byte-order mark stays one. */
function take(kind: "bundle" | "trust", file: File): void {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  texts[kind] = file.arrayBuffer().then((bytes) => decoder.decode(bytes));
}

/** A dropped trust file is told by its member that no bundle has; anything else is taken for a bundle. */
async function takeDropped(files: Iterable<File>): Promise<void> {
  for (const file of files) {
    const head = await file.slice(0, 65_536).text();
    const kind = /"logKeys"\s*:/.test(head) && !/"checkpoint"\s*:/.test(head) ? "trust" : "bundle";
    take(kind, file);
    byId<HTMLInputElement>(kind).value = "";
    byId(`${kind}-name`).textContent = `✓ ${file.name}`;
  }
}

/** From the first check on this page may connect to the typed address only, or to none: a policy is never loosened. */
function lockNetwork(rpc: string): void {
  if (isLocked) return;
  isLocked = true;
  const policy = document.createElement("meta");
  policy.httpEquiv = "Content-Security-Policy";
  policy.content = `connect-src ${rpc === "" ? "'none'" : new URL(rpc).origin}`;
  document.head.append(policy);
  rpcField.readOnly = true;
  byId("anew").hidden = false;
}

function isAddress(text: string): boolean {
  return URL.canParse(text) && ["http:", "https:"].includes(new URL(text).protocol);
}

async function check(): Promise<void> {
  const [code, rpc] = [codeField.value.trim(), rpcField.value.trim()];
  const [bundle, trust] = await Promise.all([texts.bundle, texts.trust]);
  if (bundle === "") return note("noBundle");
  if (isEquipmentBundle(bundle)) return note("equipment");
  if (trust === "") return note("noTrust");
  if (rpc !== "" && !isAddress(rpc)) return note("badRpc");
  lockNetwork(rpc);
  note("running");
  try {
    show(await checkFiles({ bundle, trust, code, rpc }), code);
  } catch (fault) {
    note("badTrust", { reason: (fault as Error).message });
  }
}

for (const kind of ["bundle", "trust"] as const) {
  const input = byId<HTMLInputElement>(kind);
  input.addEventListener("change", () => {
    byId(`${kind}-name`).textContent = "";
    if (input.files?.[0] !== undefined) take(kind, input.files[0]);
  });
}
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  void takeDropped(event.dataTransfer?.files ?? []);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  void check();
});
byId("language").addEventListener("click", () => {
  lang = lang === "en" ? "zh-CN" : "en";
  showWords();
});
byId("anew-button").addEventListener("click", () => location.reload());
showWords();
