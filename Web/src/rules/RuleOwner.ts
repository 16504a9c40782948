import type { Rule } from "../api/types";
import type { I18n } from "../i18n/i18n";

/** Whose list a rule is in. */
export interface RuleOwner {
  readonly kind: "network" | "tag" | "peer";
  readonly name: string;
}

export function ownerOf(rule: Rule): RuleOwner {
  if (rule.peer !== undefined) return { kind: "peer", name: rule.peer };
  if (rule.tag !== undefined) return { kind: "tag", name: rule.tag };
  return { kind: "network", name: rule.network ?? "" };
}

export function ownerText(owner: RuleOwner, t: I18n["t"]): string {
  return t(`rule.owner.${owner.kind}`, { name: owner.name });
}
