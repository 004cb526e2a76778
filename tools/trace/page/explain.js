// How probable the failure was if all was drawn anew from a step on: the curve above the lanes, which moves with them.

const CURVE_HEIGHT = 92, CURVE_TOP = 10, CURVE_BOTTOM = 18;

// The first entry of an actor's step that is at or behind this one; -1 if there is none.
function entry_of_step(model, step) {
  let i = lower_bound(k => model.step[k], 0, model.n, step);
  while (i < model.n && model.kind[i] !== KIND_STEP) ++i;
  return i < model.n ? i : -1;
}

// Where the chance rises in one step, as an entry; -1 where it does not.
function risen_at(model) {
  const rise = model.explanation?.rise;
  return rise && rise.one_step ? entry_of_step(model, rise.after.step) : -1;
}

// Behind this step everything was drawn anew.
function x_of_step(view, step) {
  const {model} = view;
  if (step === 0) return view.axis === "time" ? 0 : -.5;
  const i = entry_of_step(model, step);
  return i >= 0 ? view.x(i) : view.axis === "time" ? model.end : model.n - .5;
}

function chance_text(point) {
  return `${point.chance.toFixed(2)} (${point.low.toFixed(2)} to ${point.high.toFixed(2)})`;
}

function shape(tag, css, places, ...inside) {
  const element = document.createElementNS(document.querySelector("svg").namespaceURI, tag);
  if (css) element.setAttribute("class", css);
  for (const [name, value] of Object.entries(places)) element.setAttribute(name, value);
  element.append(...inside);
  return element;
}

function draw_curve(view, svg, go) {
  const {explanation} = view.model;
  if (!explanation || !explanation.curve.length) return;
  const {width} = view, height = CURVE_HEIGHT;
  const y = chance => CURVE_TOP + (1 - chance) * (height - CURVE_TOP - CURVE_BOTTOM);
  const at = explanation.curve.map(point => ({...point, x: pixel_of(view, x_of_step(view, point.step))}));
  const line = (points, value) => points.map(p => `${p.x.toFixed(1)},${y(value(p)).toFixed(1)}`).join(" L");
  const parts = [];
  for (const chance of [0, .5, 1])
    parts.push(shape("line", "grid", {x1: GUTTER, x2: width, y1: y(chance), y2: y(chance)}),
               shape("text", "scale", {x: GUTTER - 8, y: y(chance) + 3.5, "text-anchor": "end"}, String(chance)));
  // What is in a drawing of its own is cut off at its borders.
  const inside = shape("svg", "", {x: GUTTER, y: 0, width: plot_width(view), height, viewBox: `${GUTTER} 0 ${plot_width(view)} ${height}`});
  inside.append(shape("path", "band", {d: `M${line(at, p => p.high)} L${line([...at].reverse(), p => p.low)} Z`}),
                shape("path", "chance", {d: `M${line(at, p => p.chance)}`}));
  for (const p of at)
    inside.append(shape("circle", "chance", {cx: p.x, cy: y(p.chance), r: 2.4},
                        shape("title", "", {}, `behind step ${number_text(p.step)}: ${chance_text(p)}, ${number_text(p.runs)} runs`)));
  const entry = risen_at(view.model);
  if (entry >= 0) {
    const x = pixel_of(view, view.x(entry));
    const mark = shape("g", "rise", {id: "rise"}, shape("line", "", {x1: x, x2: x, y1: 0, y2: height}),
                       shape("text", "", {x: x > width - 110 ? x - 6 : x + 6, y: height - 5, "text-anchor": x > width - 110 ? "end" : "start"},
                             `step ${number_text(explanation.rise.after.step)}`));
    mark.addEventListener("click", () => go(entry));
    inside.append(mark);
  }
  svg.setAttribute("width", width);
  svg.setAttribute("height", height);
  svg.replaceChildren(
    ...parts,
    shape("text", "scale", {x: 20, y: y(.5) + 3.5}, "Chance of this failure"), inside);
}

// The step through the lanes, too.
function draw_rise(view, g, colours) {
  const entry = risen_at(view.model);
  if (entry < 0) return;
  const x = pixel_of(view, view.x(entry));
  g.strokeStyle = colours.bad;
  g.lineWidth = 1;
  g.setLineDash([4, 4]);
  g.beginPath();
  g.moveTo(x, head_of(view));
  g.lineTo(x, head_of(view) + rows_height(view));
  g.stroke();
  g.setLineDash([]);
  const row = view.row_of[view.model.lane[entry]];
  if (row < 0) return;
  g.lineWidth = 2;
  g.beginPath();
  g.arc(x, y_of_row(view, row), 8, 0, 7);
  g.stroke();
}

// What the explanation says, in the panel of the run.
function show_explanation(panel, model, actions) {
  const {explanation} = model;
  if (!explanation) return;
  const list = (title, lines) => {
    if (!lines?.length) return;
    panel.append(make("h3", "", title));
    for (const line of lines) panel.append(make("div", "line mono", line));
  };
  const cards = (title, entries) => {
    const known = (entries ?? []).map(e => e.entry - model.dropped - 1).filter(i => i >= 0 && i < model.n);
    if (!known.length) return;
    panel.append(make("h3", "", title));
    for (const i of known) panel.append(card_of(model, i, time_text(model.at[i], 1e6), actions.go));
  };
  panel.append(make("h3", "", "Explanation"), make("div", "sub", explanation.sentence));
  const {rise, neighbour} = explanation;
  if (rise) {
    cards(rise.one_step ? "The step" : "The steps", rise.steps);
    list("There begins, ends or is done", rise.faults);
    cards("Nodes, since the step before", rise.events);
    list("Drawn there", Object.entries(rise.drawn ?? {}).map(([purpose, count]) => count === 1 ? purpose : `${purpose} ${count} times`));
    cards("Led to by", rise.causes);
    const all = rise.path_length === rise.path?.length ? "" : `, the last ${rise.path?.length} of ${rise.path_length}`;
    cards((rise.path_from_step ? "From there to what broke" : "What broke came of") + all, rise.path);
  }
  if (explanation.again_redrawn) list("One future from there", [explanation.again_redrawn]);
  if (!neighbour) return;
  list("The world that passes differs in", neighbour.differs);
  if (neighbour.fails) cards("There the runs part", [neighbour.fails]);
  if (neighbour.passes) list("Where it passes", [neighbour.passes.text]);
  list("Reached only where it fails", neighbour.probes_only_where_it_fails);
  list("Reached only where it passes", neighbour.probes_only_where_it_passes);
  list("One message after the other, only where it fails", neighbour.pairs_only_where_it_fails);
  list("Only where it passes", neighbour.pairs_only_where_it_passes);
}
