import { PageHeader } from "../components/PageHeader";
import { useI18n } from "../i18n/context";
import { ReachCheck } from "../rules/ReachCheck";
import { RuleList } from "../rules/RuleList";

export function RulesPage() {
  const { t } = useI18n();
  return (
    <>
      <PageHeader title={t("nav.rules")} subtitle={t("rules.subtitle")} />
      <div className="stack stack--wide"><ReachCheck /><RuleList /></div>
    </>
  );
}
