import type { Language } from "../i18n/i18n";
import { languages, preferredLanguage } from "../i18n/i18n";
import { Observable } from "./Observable";

export type Theme = "system" | "light" | "dark";

/** What a person chose for this browser. Nothing here is secret. */
export class Preferences {
  readonly theme = new Observable<Theme>(read("theme", ["system", "light", "dark"] as const) ?? "system");
  readonly language = new Observable<Language>(read("language", languages) ?? preferredLanguage(navigator.languages));

  setTheme(theme: Theme): void {
    localStorage.setItem("wgpilot.theme", theme);
    if (theme === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme;
    this.theme.set(theme);
  }

  setLanguage(language: Language): void {
    localStorage.setItem("wgpilot.language", language);
    this.language.set(language);
  }
}

function read<T extends string>(name: string, values: readonly T[]): T | undefined {
  const stored = localStorage.getItem(`wgpilot.${name}`);
  return values.find((value) => value === stored);
}
