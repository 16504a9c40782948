import type { ReactNode } from "react";
import { useEffect, useState } from "react";
import { Button } from "./components/Button";
import type { IconName } from "./components/Icon";
import { Icon } from "./components/Icon";
import { Link } from "./components/Link";
import { LiveMark } from "./components/LiveMark";
import { Logo } from "./components/Logo";
import { Menu } from "./components/Menu";
import { PendingBanner } from "./components/PendingBanner";
import { Toaster } from "./components/Toaster";
import { useObservable, useStore } from "./data/context";
import { navigate, usePath } from "./data/router";
import type { Role } from "./api/types";
import { useI18n } from "./i18n/context";
import type { Key } from "./i18n/i18n";

const ENTRIES: readonly { readonly href: string; readonly key: Key; readonly icon: IconName; readonly role: Role }[] = [
  { href: "/", key: "nav.dashboard", icon: "home", role: "viewer" },
  { href: "/networks", key: "nav.networks", icon: "network", role: "viewer" },
  { href: "/rules", key: "nav.rules", icon: "rule", role: "viewer" },
  { href: "/bridges", key: "nav.bridges", icon: "bridge", role: "viewer" },
  { href: "/users", key: "nav.users", icon: "user", role: "admin" },
  { href: "/tokens", key: "nav.tokens", icon: "key", role: "admin" },
  { href: "/audit", key: "nav.audit", icon: "log", role: "admin" },
  { href: "/doctor", key: "nav.doctor", icon: "pulse", role: "viewer" },
  { href: "/settings", key: "nav.settings", icon: "gear", role: "viewer" },
];

/** The frame around every page: where to go, who is there, whether it is live. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const { t } = useI18n();
  const store = useStore();
  const session = useObservable(store.session);
  const path = usePath();
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [path]);
  useEffect(() => {
    if (!open) return;
    const close = (event: KeyboardEvent) => { if (event.key === "Escape") setOpen(false); };
    document.addEventListener("keydown", close);
    return () => document.removeEventListener("keydown", close);
  }, [open]);
  if (session.kind !== "in") return null;
  const { me } = session;
  const entries = ENTRIES.filter((entry) => entry.role !== "admin" || me.role === "admin");
  return (
    <div className="shell">
      <a className="skip" href="#main">{t("nav.skip")}</a>
      <header className="topbar">
        <Button kind="quiet" icon="menu" className="topbar__menu" aria-label={t("nav.menu")} aria-expanded={open} aria-controls="nav" onClick={() => setOpen(!open)} />
        <Link className="brand" href="/" aria-label="WGPilot"><Logo /><span>WGPilot</span></Link>
        <span className="topbar__space" />
        <LiveMark />
        <Menu
          label={t("nav.user", { name: me.name })} icon="user" small={false}
          items={[
            { label: t("nav.account"), icon: "user", act: () => navigate("/account") },
            { label: t("nav.settings"), icon: "gear", act: () => navigate("/settings") },
            { label: t("nav.logout"), icon: "exit", act: () => void store.logOut() },
          ]}
        />
      </header>
      <nav id="nav" className={`sidebar${open ? " sidebar--open" : ""}`} aria-label={t("nav.title")}>
        <ul>
          {entries.map(({ href, key, icon }) => {
            const here = href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);
            return <li key={href}><Link className={`nav-link${here ? " nav-link--here" : ""}`} href={href} aria-current={here ? "page" : undefined}><Icon name={icon} />{t(key)}</Link></li>;
          })}
        </ul>
      </nav>
      {open && <div className="veil" aria-hidden="true" onClick={() => setOpen(false)} />}
      <main id="main" className="main" tabIndex={-1}>
        <PendingBanner />
        {children}
      </main>
      <Toaster />
    </div>
  );
}
