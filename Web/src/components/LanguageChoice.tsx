import { useObservable, useStore } from "../data/context";
import { useI18n } from "../i18n/context";
import { languages } from "../i18n/i18n";

export function LanguageChoice() {
  const { preferences } = useStore();
  const { t } = useI18n();
  const language = useObservable(preferences.language);
  return (
    <div className="languages" role="group" aria-label={t("settings.language")}>
      {languages.map((value) => (
        <button key={value} type="button" lang={value} aria-pressed={value === language} onClick={() => preferences.setLanguage(value)}>{t(`language.${value}`)}</button>
      ))}
    </div>
  );
}
