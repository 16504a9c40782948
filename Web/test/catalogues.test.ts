import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogues, I18n, languages, preferredLanguage } from "../src/i18n/i18n";

const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();

test("every catalogue has the keys of the English one, and no others", () => {
  for (const language of languages) {
    assert.deepEqual(Object.keys(catalogues[language]).sort(), Object.keys(catalogues.en).sort(), language);
  }
});

test("a translation has the same placeholders, so that no value is lost", () => {
  for (const language of languages) {
    for (const [key, text] of Object.entries(catalogues.en)) {
      assert.deepEqual(placeholders(catalogues[language][key as keyof typeof catalogues.en]), placeholders(text), `${language} ${key}`);
    }
  }
});

test("no text is empty, and none holds markup", () => {
  for (const language of languages) {
    for (const [key, text] of Object.entries(catalogues[language])) {
      assert.ok(text.trim() !== "" && !/[<>]/.test(text), `${language} ${key}`);
    }
  }
});

test("what is counted has a form for one and for many", () => {
  const keys = Object.keys(catalogues.en);
  for (const key of keys) {
    if (key.endsWith("_one")) assert.ok(keys.includes(key.replace(/_one$/, "_other")), key);
    if (key.endsWith("_other")) assert.ok(keys.includes(key.replace(/_other$/, "_one")), key);
  }
});

test("a number chooses the form, and is written as the language has it", () => {
  assert.equal(new I18n("en").tn("peers.found", 1), "1 peer found");
  assert.equal(new I18n("en").tn("peers.found", 10_000), "10,000 peers found");
  assert.equal(new I18n("de").tn("peers.found", 10_000), "10.000 Peers gefunden");
});

test("a value that looks like a placeholder is not replaced again", () => {
  assert.equal(new I18n("en").t("peer.edit", { name: "{name} {count}" }), "Edit {name} {count}");
});

test("the browser's languages choose the catalogue, in their order", () => {
  assert.equal(preferredLanguage(["fr-FR", "de-AT", "en"]), "de");
  assert.equal(preferredLanguage(["fr"]), "en");
});
