import { api } from "../api/api";
import { Card } from "../components/Card";
import { Facts } from "../components/Facts";
import { Fault } from "../components/Fault";
import { Notice } from "../components/Notice";
import { PageHeader } from "../components/PageHeader";
import { RelativeTime } from "../components/RelativeTime";
import { SelectField } from "../components/SelectField";
import { Skeleton } from "../components/Skeleton";
import { useObservable, useQuery, useStore } from "../data/context";
import { useI18n } from "../i18n/context";
import { languages } from "../i18n/i18n";

export function SettingsPage() {
  const { t } = useI18n();
  const { preferences } = useStore();
  const theme = useObservable(preferences.theme);
  const language = useObservable(preferences.language);
  const { data, error, reload } = useQuery("status", () => api.status());
  return (
    <>
      <PageHeader title={t("nav.settings")} />
      <div className="grid-2">
        <Card title={t("settings.page")}>
          <div className="stack">
            <SelectField label={t("settings.theme")} value={theme} onChange={(value) => preferences.setTheme(value)} options={(["system", "light", "dark"] as const).map((value) => ({ value, label: t(`theme.${value}`) }))} />
            <SelectField label={t("settings.language")} value={language} onChange={(value) => preferences.setLanguage(value)} options={languages.map((value) => ({ value, label: t(`language.${value}`) }))} />
            <p className="field__hint">{t("settings.page.hint")}</p>
          </div>
        </Card>
        <Card title={t("settings.hub")}>
          <Fault error={error} onRetry={reload} />
          {data === undefined ? error === undefined && <Skeleton rows={4} /> : (
            <div className="stack">
              {data.endpoint_is_guess && <Notice tone="warning"><p>{t("settings.guess")}</p></Notice>}
              <Facts facts={[
                [t("settings.endpoint"), data.endpoint_host === undefined ? <span className="muted" key="none">{t("form.none")}</span> : <code key="host">{data.endpoint_host}</code>],
                [t("settings.version"), data.version],
                [t("settings.backend"), `${t(data.backend === "kernel" ? "backend.kernel" : "backend.userspace")} (${data.backend_version})`],
                [t("settings.started"), <RelativeTime key="started" time={data.started_at} />],
                [t("doctor.foreign"), data.foreign_interfaces.join(", ")],
              ]} />
              <p className="field__hint">{t("settings.hub.hint")}</p>
              <p><a href="/api/docs" target="_blank" rel="noreferrer">{t("settings.api")}</a></p>
            </div>
          )}
        </Card>
      </div>
    </>
  );
}
