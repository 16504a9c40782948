import type { ReactNode } from "react";
import { useEffect } from "react";
import { LanguageChoice } from "../components/LanguageChoice";
import { Logo } from "../components/Logo";

/** The frame of what is shown to whom nobody knows yet. */
export function Gate({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · WGPilot`;
  }, [title]);
  return (
    <main className="gate">
      <div className="gate__box">
        <div className="gate__logo"><Logo size={36} /><span>WGPilot</span></div>
        <h1>{title}</h1>
        {children}
      </div>
      <LanguageChoice />
    </main>
  );
}
