// The panel beside the picture: the run, or what is selected.

function css_of(model, e) {
  return model.kind[e] === KIND_BROKEN ? "bad" : model.lanes[model.lane[e]].class;
}

function table_of(pairs) {
  const body = make("tbody");
  for (const [name, value] of pairs)
    if (value !== "" && value !== null && value !== undefined) body.append(make("tr", "", make("td", "", name), make("td", "", value)));
  return make("table", "", body);
}

// A card for an entry: what happens, to whom, and how long after or before another one.
function card_of(model, e, beside, go) {
  const card = make("button", `card ${css_of(model, e)}`);
  if (beside !== null) card.append(make("span", "when", beside));
  card.append(make("b", "", label_of(model, e)), make("span", "who mono", model.lanes[model.lane[e]].name));
  card.dataset.entry = number_of(model, e);
  card.addEventListener("click", () => go(e));
  return card;
}

// "24.139 ms before"; nothing where no time passes between.
function apart(ns, direction) { return ns === 0 ? "at once" : `${time_text(ns, 1000)} ${direction}`; }

function number_of(model, e) { return e + model.dropped + 1; }

function show_run(panel, model, actions) {
  panel.replaceChildren(
    make("h2", "", `Run of seed ${model.seed}`),
    make("div", "sub", `${number_text(model.steps)} steps of actors in ${time_text(model.end_ns, 1e6)} of virtual time`));
  show_explanation(panel, model, actions);
  if (model.broken.length) {
    panel.append(make("h3", "", "Broken promises"));
    for (const e of model.broken.slice(0, 100))
      panel.append(card_of(model, e, time_text(model.at[e], 1e6), actions.go));
    if (model.broken.length > 100) panel.append(make("div", "more", `and ${number_text(model.broken.length - 100)} more`));
  }
  if (model.bands.length) {
    panel.append(make("h3", "", "Faults"));
    model.bands.slice(0, 100).forEach(band => {
      const card = make("button", "card fault", band.text);
      card.addEventListener("click", () => actions.band(band));
      panel.append(card);
    });
  }
  panel.append(make("h3", "", "Scenario"), table_of(model.scenario));
  panel.append(make("h3", "", "Trace"), table_of([
    ["events", number_text(model.n)],
    ["not kept", model.dropped ? `the first ${number_text(model.dropped)}: the trace was full` : ""],
    ["lanes", number_text(model.lanes.length - 1)],
    ["hash of the run", make("span", "mono", model.hash)],
    ["made by", model.build],
  ]));
}

function show_entry(panel, view, actions) {
  const {model, selected: e} = view;
  const lane = model.lanes[model.lane[e]];
  const css = css_of(model, e);
  const detail = model.texts[model.detail[e]];
  const kind = model.kind[e] === KIND_BROKEN ? "Broken promise" : model.kind[e] === KIND_NODE ? "Node" : "Step of an actor";
  panel.replaceChildren(
    make("span", `kind ${css}`, kind),
    make("h2", "", model.texts[model.text[e]]),
    make("div", "sub", detail || null),
    table_of([
      ["who", make("span", "mono", lane.name)],
      ["type", lane.type.replaceAll("_", " ")],
      ["virtual time", time_text(model.at[e])],
      ["wall clock", wall_text(model, model.at[e])],
      ["bytes", model.bytes[e] ? bytes_text(model.bytes[e]) : ""],
      ["step", number_text(model.step[e])],
      ["event", `#${number_text(number_of(model, e))}`],
    ]));
  const button = (text, title, act) => {
    const made = make("button", "", text);
    made.title = title;
    made.addEventListener("click", act);
    return made;
  };
  panel.append(make("div", "row", button("Zoom to it", "z", () => actions.zoom(e)),
                    button("Only these lanes", "f", actions.focus), button("Close", "Esc", () => actions.go(-1))));
  const before = ancestors(model, e, 8);
  panel.append(make("h3", "", "What led to it"));
  let of = e;
  for (const one of before) {
    panel.append(card_of(model, one, apart(model.at[of] - model.at[one], "before"), actions.go));
    of = one;
  }
  if (!before.length) panel.append(make("div", "more", "Nothing that is known."));
  else if (model.cause[of] >= 0) panel.append(make("div", "more", "and so on, further back"));
  const after = effects(model, e);
  panel.append(make("h3", "", `What it led to${after.length > 1 ? ` (${number_text(after.length)})` : ""}`));
  for (const one of after.subarray(0, 30))
    panel.append(card_of(model, one, apart(model.at[one] - model.at[e], "later"), actions.go));
  if (!after.length) panel.append(make("div", "more", "Nothing."));
  if (after.length > 30) panel.append(make("div", "more", `and ${number_text(after.length - 30)} more`));
}
