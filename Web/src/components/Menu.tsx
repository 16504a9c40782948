import type { KeyboardEvent, ReactNode } from "react";
import { useEffect, useRef, useState } from "react";
import type { IconName } from "./Icon";
import { Icon } from "./Icon";
import { Button } from "./Button";

export interface MenuItem {
  readonly label: string;
  readonly icon?: IconName;
  readonly danger?: boolean;
  readonly act: () => void;
}

/** A button that opens a list of actions: arrows move, Escape closes, the focus comes back. */
export function Menu({ label, items, icon = "more", children, small = true }: {
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly icon?: IconName;
  readonly children?: ReactNode;
  readonly small?: boolean;
}) {
  const [open, setOpen] = useState(false);
  const [place, setPlace] = useState({ top: 0, right: 0 });
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!open) return;
    list.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    const away = (event: Event) => {
      if (event.target instanceof Node && (list.current?.contains(event.target) === true || button.current?.contains(event.target) === true)) return;
      setOpen(false);
    };
    document.addEventListener("mousedown", away);
    document.addEventListener("scroll", away, true);
    window.addEventListener("resize", away);
    return () => {
      document.removeEventListener("mousedown", away);
      document.removeEventListener("scroll", away, true);
      window.removeEventListener("resize", away);
    };
  }, [open]);

  const toggle = () => {
    const box = button.current?.getBoundingClientRect();
    if (box !== undefined) {
      const height = items.length * 38 + 14;
      const below = box.bottom + height < window.innerHeight;
      setPlace({ top: below ? box.bottom + 4 : Math.max(4, box.top - height - 4), right: document.documentElement.clientWidth - box.right });
    }
    setOpen(!open);
  };

  const move = (event: KeyboardEvent) => {
    // What the menu lies in may know these keys too.
    event.stopPropagation();
    const entries = [...(list.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const at = entries.findIndex((entry) => entry === document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      entries[(to + entries.length) % entries.length]?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      if (event.key === "Escape") event.preventDefault();
      setOpen(false);
      button.current?.focus();
    }
  };

  return (
    <div className="menu">
      <Button
        ref={button} kind={children === undefined ? "quiet" : "plain"} small={small} icon={icon} aria-label={label} aria-haspopup="menu" aria-expanded={open} onClick={toggle}
      >
        {children}
      </Button>
      {open && (
        <div ref={list} className="menu__list" role="menu" aria-label={label} style={place} onKeyDown={move}>
          {items.map((item) => (
            <button
              key={item.label} type="button" role="menuitem" tabIndex={-1} className={`menu__item${item.danger === true ? " menu__item--danger" : ""}`}
              onClick={() => {
                setOpen(false);
                button.current?.focus();
                item.act();
              }}
            >
              {item.icon !== undefined && <Icon name={item.icon} size={16} />}
              {item.label}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
