import type { Finding } from "../api/types";
import { useI18n } from "../i18n/context";
import { Notice } from "./Notice";

/** What would bite in a configuration. */
export function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  const { t } = useI18n();
  if (findings.length === 0) return null;
  return (
    <Notice tone="warning">
      <p className="strong">{t("findings.title")}</p>
      <ul className="findings">
        {findings.map((finding) => <li key={finding.code + finding.message}>{finding.message} <code className="muted">{finding.code}</code></li>)}
      </ul>
    </Notice>
  );
}
