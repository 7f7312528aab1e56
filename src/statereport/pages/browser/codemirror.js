// The text box as CodeMirror: colours, completion, marks at errors, and a Tab key that leaves the box.

import { autocompletion, closeBrackets, closeBracketsKeymap, closeCompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { sparql } from "codemirror-lang-sparql";

// Each colour has a contrast of at least 4.5 to the page's background, light and dark.
const COLOURS = HighlightStyle.define([
  { tag: tags.keyword, color: "light-dark(#7a1f5c, #f0a6d2)", fontWeight: "600" },
  { tag: tags.variableName, color: "light-dark(#0b4f8a, #8cc4ff)" },
  { tag: tags.string, color: "light-dark(#7a3b00, #f2bd85)" },
  { tag: [tags.number, tags.bool], color: "light-dark(#135e3a, #86dcae)" },
  { tag: tags.comment, color: "var(--faint)", fontStyle: "italic" },
]);
const LOOK = EditorView.theme({
  "&": { fontSize: ".86rem", color: "inherit", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--code)", lineHeight: "1.5", minHeight: "12rem", maxHeight: "70vh" },
  ".cm-content": { caretColor: "currentColor", padding: "0.5rem 0" },
  ".cm-cursor": { borderLeftColor: "currentColor" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--faint)", border: "none" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "light-dark(#cfe2f7, #2c4a6b)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "light-dark(#d8ecd8, #2f4f3a)" },
  ".cm-tooltip": { backgroundColor: "var(--paper)", color: "var(--ink)", border: "1px solid var(--faint)", fontFamily: "var(--plain)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "inherit", maxHeight: "16rem", maxWidth: "min(40rem, 92vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.2rem 0.5rem", lineHeight: "1.4" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionDetail": { fontStyle: "normal", marginLeft: "1em", color: "inherit" },
  ".cm-diagnostic": { borderLeftColor: "var(--bad)", padding: "0.3rem 0.6rem" },
});

/**
 * An editor inside `host`, in a shadow tree: there CodeMirror makes its style sheets by script, which the policy
 * `style-src 'self'` permits, while it would block a style element.
 */
export function codeEditor({ host, text, label, description, terms, run, changed }) {
  const root = host.attachShadow({ mode: "open" });
  const runs = (view) => (closeCompletion(view), run(), true);
  // Tab leaves the editor, also when a list of suggestions is open.
  const leaves = (view) => (closeCompletion(view), false);
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        Prec.highest(keymap.of([...["Ctrl-Enter", "Cmd-Enter"].map((key) => ({ key, run: runs })), { key: "Tab", shift: leaves, run: leaves }])),
        lineNumbers(),
        lintGutter(),
        history(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        sparql(),
        syntaxHighlighting(COLOURS),
        autocompletion({ override: [(context) => terms()?.complete(context) ?? null], icons: false, activateOnTypingDelay: 50, maxRenderedOptions: 60 }),
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap]),
        EditorView.lineWrapping,
        // The label and the hint are outside the shadow tree, where aria-labelledby does not reach.
        EditorView.contentAttributes.of({ "aria-label": label, "aria-description": description }),
        EditorView.updateListener.of((update) => update.docChanged && changed(view.state.doc.toString())),
        LOOK,
      ],
    }),
  });
  return view;
}

/** Replace the whole text. */
export function replaceText(view, text) {
  if (text !== view.state.doc.toString()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
}

/** Mark the place of an error: line and column from one. Without a place, remove the marks. */
export function mark(view, place) {
  if (!place) return view.dispatch(setDiagnostics(view.state, []));
  const line = view.state.doc.line(Math.min(Math.max(place.line, 1), view.state.doc.lines));
  const at = Math.min(line.from + Math.max(place.column, 1) - 1, line.to);
  const word = /^[^\s{}();,]+/.exec(view.state.sliceDoc(at, line.to))?.[0].length ?? 0;
  const [from, to] = at + word > at ? [at, at + word] : [Math.max(line.from, at - 1), line.to];
  view.dispatch(setDiagnostics(view.state, [{ from, to, severity: "error", message: place.message }]));
  return view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
}
