import { useEffect, useMemo, useRef } from "react";
import { Button } from "./components/Button";
import { EmptyState } from "./components/EmptyState";
import { Link } from "./components/Link";
import { Logo } from "./components/Logo";
import { Skeleton } from "./components/Skeleton";
import { StoreContext, useMay, useNetwork, useObservable, useStore } from "./data/context";
import { match, usePath } from "./data/router";
import type { Store } from "./data/Store";
import { I18nContext, useI18n } from "./i18n/context";
import { I18n } from "./i18n/i18n";
import { NetworkDetailPage } from "./networks/NetworkDetailPage";
import { NetworksPage } from "./networks/NetworksPage";
import { AccountPage } from "./pages/AccountPage";
import { AuditPage } from "./pages/AuditPage";
import { BridgesPage } from "./pages/BridgesPage";
import { DashboardPage } from "./pages/DashboardPage";
import { DoctorPage } from "./pages/DoctorPage";
import { Gate } from "./pages/Gate";
import { LinkPage } from "./pages/LinkPage";
import { LoginPage } from "./pages/LoginPage";
import { RulesPage } from "./pages/RulesPage";
import { SettingsPage } from "./pages/SettingsPage";
import { SetupPage } from "./pages/SetupPage";
import { TokensPage } from "./pages/TokensPage";
import { UsersPage } from "./pages/UsersPage";
import { PeerDetailPage } from "./peers/PeerDetailPage";
import { Shell } from "./Shell";

export function App({ store }: { readonly store: Store }) {
  const language = useObservable(store.preferences.language);
  const i18n = useMemo(() => {
    // `en` alone would write dates the American way for everybody.
    const locale = navigator.languages.find((tag) => tag.toLowerCase().split("-")[0] === language) ?? language;
    return new I18n(language, locale);
  }, [language]);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return (
    <StoreContext.Provider value={store}>
      <I18nContext.Provider value={i18n}><Door /></I18nContext.Provider>
    </StoreContext.Provider>
  );
}

/** Who may come in. */
function Door() {
  const store = useStore();
  const { t } = useI18n();
  const session = useObservable(store.session);
  const path = usePath();
  if (path === "/link") return <LinkPage />;
  // An admin who lost every way in makes another code: then there are users, and the page is wanted all the same.
  if (path === "/setup" && session.kind === "login") return <SetupPage />;
  switch (session.kind) {
    case "unknown": return <div className="splash" role="status"><Logo size={44} /><span className="visually-hidden">{t("state.loading")}</span></div>;
    case "unreachable": return <Gate title={t("unreachable.title")}><div className="stack"><p>{session.error.status === 0 ? t("fault.unreachable") : session.error.message}</p><Button kind="primary" onClick={() => void store.begin()}>{t("action.retry")}</Button></div></Gate>;
    case "setup": return <SetupPage />;
    case "login": return <LoginPage expired={session.expired} />;
    case "in": return <Shell><Page path={path} /></Shell>;
  }
}

function Page({ path }: { readonly path: string }) {
  const { t } = useI18n();
  const mayAdminister = useMay("admin");
  const before = useRef(path);
  useEffect(() => {
    // Another page: who listens hears its title, who uses the keyboard goes on from its head.
    if (before.current !== path) document.getElementById("page-title")?.focus({ preventScroll: true });
    before.current = path;
  }, [path]);

  const peer = match("/networks/:network/peers/:peer", path);
  if (peer !== undefined) return <OfNetwork key={path} network={Number(peer["network"])} peer={Number(peer["peer"])} />;
  const network = match("/networks/:network", path);
  if (network !== undefined) return <OfNetwork key={path} network={Number(network["network"])} />;
  const forbidden = <EmptyState isPage icon="rule" title={t("page.forbidden")} action={<Link className="button button--plain" href="/">{t("nav.dashboard")}</Link>} />;
  switch (path.replace(/\/+$/, "") || "/") {
    case "/": return <DashboardPage />;
    case "/networks": return <NetworksPage />;
    case "/rules": return <RulesPage />;
    case "/bridges": return <BridgesPage />;
    case "/users": return mayAdminister ? <UsersPage /> : forbidden;
    case "/tokens": return mayAdminister ? <TokensPage /> : forbidden;
    case "/audit": return mayAdminister ? <AuditPage /> : forbidden;
    case "/doctor": return <DoctorPage />;
    case "/settings": return <SettingsPage />;
    case "/account": return <AccountPage />;
    default: return <EmptyState isPage icon="search" title={t("page.none")} action={<Link className="button button--plain" href="/">{t("nav.dashboard")}</Link>} />;
  }
}

function OfNetwork({ network: id, peer }: { readonly network: number; readonly peer?: number }) {
  const { t } = useI18n();
  const { complete } = useObservable(useStore().hub);
  const network = useNetwork(id);
  if (network === undefined) {
    return complete ? <EmptyState isPage icon="network" title={t("network.gone")} action={<Link className="button button--plain" href="/networks">{t("nav.networks")}</Link>} /> : <Skeleton rows={8} />;
  }
  return peer === undefined ? <NetworkDetailPage network={network} /> : <PeerDetailPage network={network} id={peer} />;
}
